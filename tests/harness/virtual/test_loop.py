"""The virtual loop: time jumps, order is kept, a program that waits for ever is told so."""

import asyncio

import pytest

from brownout_harness.virtual.loop import Deadlock, VirtualLoop, run_virtually


def test_an_hour_passes_exactly_and_at_once() -> None:
    async def main() -> float:
        started_s = asyncio.get_running_loop().time()
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time() - started_s

    assert run_virtually(main()) == 3600.0


def test_sleepers_wake_in_the_order_of_their_instants() -> None:
    woken: list[tuple[float, str]] = []

    async def sleeper(name: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        woken.append((asyncio.get_running_loop().time(), name))

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for name, delay_s in [("c", 0.3), ("a", 0.1), ("b", 0.2)]:
                group.create_task(sleeper(name, delay_s))

    run_virtually(main())
    assert [name for _, name in woken] == ["a", "b", "c"]
    assert [instant_s for instant_s, _ in woken] == pytest.approx([0.1, 0.2, 0.3])


def test_a_timeout_strikes_at_its_instant() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2.5):
                await asyncio.sleep(10)
        return asyncio.get_running_loop().time()

    assert run_virtually(main()) == pytest.approx(2.5)


def test_waiting_for_ever_is_a_deadlock_that_names_the_waiter() -> None:
    async def forever() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Deadlock, match=r"forever"):
        run_virtually(forever())


def test_the_clock_starts_at_zero() -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.get_loop().time() == 0.0
