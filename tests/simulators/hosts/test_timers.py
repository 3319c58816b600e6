"""Timers that are never early."""

import asyncio
import time
from collections.abc import Callable

import pytest

from brownout_simulators.hosts.timers import KernelTimers, LoopTimers, Timers, make_timers
from tests.support.aio import really, virtually

KINDS: list[Callable[[asyncio.AbstractEventLoop], Timers]] = [LoopTimers, make_timers]


@pytest.mark.parametrize("kind", KINDS)
def test_no_timer_fires_early_and_all_fire_in_order(kind: Callable[[asyncio.AbstractEventLoop], Timers]) -> None:
    async def main() -> None:
        timers = kind(asyncio.get_running_loop())
        fired: list[tuple[float, float]] = []
        done = asyncio.Event()
        start_s = time.monotonic()
        whens = [start_s + delay_ms / 1e3 for delay_ms in (7.3, 1.1, 1.1, 4.9, 2.2, 0.0)]

        def note(when_s: float) -> None:
            fired.append((when_s, time.monotonic()))
            if len(fired) == len(whens):
                done.set()

        for when_s in whens:
            timers.call_at(when_s, lambda when_s=when_s: note(when_s))  # type: ignore[misc]
        async with asyncio.timeout(10):
            await done.wait()
        assert [when_s for when_s, _ in fired] == sorted(whens)
        assert all(at_s >= when_s for when_s, at_s in fired)
        timers.close()

    really(main())


@pytest.mark.parametrize("kind", KINDS)
def test_a_cancelled_timer_stays_silent_and_a_broken_one_alone(
    kind: Callable[[asyncio.AbstractEventLoop], Timers],
) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        complaints: list[str] = []
        loop.set_exception_handler(lambda _loop, context: complaints.append(str(context["exception"])))
        timers, called, done = kind(loop), [], asyncio.Event()
        now_s = time.monotonic()
        timers.call_at(now_s + 0.002, lambda: called.append("cancelled")).cancel()
        timers.call_at(now_s + 0.003, lambda: print(int("no")))
        timers.call_at(now_s + 0.004, done.set)
        async with asyncio.timeout(10):
            await done.wait()
        assert (called, complaints) == ([], ["invalid literal for int() with base 10: 'no'"])
        timers.close()

    really(main())


def test_a_timer_set_by_a_timer_fires_too() -> None:
    async def main() -> None:
        timers, done = make_timers(asyncio.get_running_loop()), asyncio.Event()

        def again() -> None:
            timers.call_at(time.monotonic() + 0.001, done.set)

        timers.call_at(time.monotonic() + 0.001, again)
        async with asyncio.timeout(10):
            await done.wait()
        timers.close()

    really(main())


def test_linux_has_kernel_timers() -> None:
    async def main() -> None:
        timers = make_timers(asyncio.get_running_loop())
        try:
            probe = KernelTimers(asyncio.get_running_loop())
        except OSError:
            assert isinstance(timers, LoopTimers)
        else:
            probe.close()
            assert isinstance(timers, KernelTimers)
        timers.close()

    really(main())


def test_timers_go_by_the_clock_that_they_are_given() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        timers, done = LoopTimers(loop, loop.time), asyncio.Event()
        timers.call_at(1000.0, done.set)
        await done.wait()
        assert loop.time() == 1000.0

    virtually(main())


@pytest.mark.parametrize("kind", KINDS)
def test_timers_that_are_set_by_those_that_fire_are_all_called_at_their_instants(
    kind: Callable[[asyncio.AbstractEventLoop], Timers],
) -> None:
    async def main() -> None:
        timers, done = kind(asyncio.get_running_loop()), asyncio.Event()
        fired: list[int] = []

        def again(due_s: float, left: int) -> None:
            assert time.monotonic() >= due_s
            fired.append(left)
            if left == 0:
                done.set()
                return
            timers.call_at(due_s + 0.001, lambda: again(due_s + 0.001, left - 1))

        start_s = time.monotonic()
        timers.call_at(start_s + 3600, done.clear)
        timers.call_at(start_s, lambda: again(start_s, 20))
        async with asyncio.timeout(10):
            await done.wait()
        assert fired == list(range(20, -1, -1))
        timers.close()

    really(main())


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_timer_may_close_them_all(kind: Callable[[asyncio.AbstractEventLoop], Timers]) -> None:
    async def main() -> None:
        loop, closed = asyncio.get_running_loop(), asyncio.Event()
        complaints: list[object] = []
        loop.set_exception_handler(lambda _loop, context: complaints.append(context))
        timers = kind(loop)

        def close() -> None:
            timers.close()
            closed.set()

        timers.call_at(time.monotonic() + 0.001, close)
        async with asyncio.timeout(10):
            await closed.wait()
        await asyncio.sleep(0)
        assert complaints == []

    really(main())
