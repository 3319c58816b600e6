"""The bulkhead: never more in flight than allowed, a bounded queue, no work for those who have no time left."""

import asyncio
from collections.abc import Callable
from random import Random

import pytest

from brownout_core.errors import BulkheadFull, ConfigError, DeadlineExceeded
from brownout_core.policies.bulkhead import Bulkhead, BulkheadConfig
from tests.support.aio import virtually

FAR = 1e6


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def test_never_holds_more_in_flight_than_allowed_and_serves_everybody() -> None:
    """K1: 300 callers, some of whom give up while they wait."""
    bulkhead = Bulkhead(BulkheadConfig(max_in_flight=7, max_queued=500, max_wait_s=1_000.0))
    inside = 0
    most = 0
    served = 0

    async def caller(number: int) -> None:
        nonlocal inside, most, served
        rng = Random(number)
        try:
            async with asyncio.timeout(rng.uniform(0.0, 5.0) if number % 3 == 0 else None):
                await bulkhead.enter(FAR)
        except TimeoutError:
            return
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(rng.uniform(0.0, 0.5))
        inside -= 1
        served += 1
        bulkhead.leave()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(300):
                group.create_task(caller(number))

    virtually(main())
    assert most == 7
    assert served >= 200
    assert (bulkhead.in_flight, bulkhead.queued) == (0, 0)


def test_first_come_first_served() -> None:
    bulkhead = Bulkhead(BulkheadConfig(max_in_flight=1, max_queued=10, max_wait_s=100.0))
    order: list[int] = []

    async def caller(number: int) -> None:
        await bulkhead.enter(FAR)
        order.append(number)
        await asyncio.sleep(1)
        bulkhead.leave()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(5):
                group.create_task(caller(number))

    virtually(main())
    assert order == [0, 1, 2, 3, 4]


def test_a_full_queue_refuses_at_once() -> None:
    async def main() -> None:
        bulkhead = Bulkhead(BulkheadConfig(max_in_flight=1, max_queued=1, max_wait_s=100.0))
        assert bulkhead.try_enter()
        async with asyncio.TaskGroup() as group:
            group.create_task(bulkhead.enter(FAR))
            await asyncio.sleep(0)
            with pytest.raises(BulkheadFull):
                await bulkhead.enter(FAR)
            assert _now_s() == 0.0
            bulkhead.leave()

    virtually(main())


@pytest.mark.parametrize(
    ("max_wait_s", "deadline_at_s", "refusal", "ends_at_s"),
    [(2.0, 100.0, BulkheadFull, 2.0), (100.0, 2.0, DeadlineExceeded, 2.0), (0.0, 100.0, BulkheadFull, 0.0)],
)
def test_waits_no_longer_than_allowed(
    max_wait_s: float, deadline_at_s: float, refusal: type[Exception], ends_at_s: float
) -> None:
    """K3: waiting in the queue counts against the deadline."""

    async def main() -> None:
        bulkhead = Bulkhead(BulkheadConfig(max_in_flight=1, max_queued=5, max_wait_s=max_wait_s))
        assert bulkhead.try_enter()
        with pytest.raises(refusal):
            await bulkhead.enter(deadline_at_s)
        assert _now_s() == pytest.approx(ends_at_s)
        assert bulkhead.queued == 0
        bulkhead.leave()
        assert bulkhead.try_enter()

    virtually(main())


def test_who_has_no_time_left_is_dropped_and_the_place_goes_to_the_next() -> None:
    """K3: the place comes free at the very instant at which the first in the queue runs out of time."""

    async def main() -> list[str]:
        bulkhead = Bulkhead(BulkheadConfig(max_in_flight=1, max_queued=5, max_wait_s=100.0))
        served: list[str] = []

        async def caller(name: str, deadline_at_s: float) -> None:
            await bulkhead.enter(deadline_at_s)
            served.append(name)
            bulkhead.leave()

        async def ends_badly() -> None:
            with pytest.raises(DeadlineExceeded):
                await caller("late", 3.0)

        assert bulkhead.try_enter()
        asyncio.get_running_loop().call_at(3.0, bulkhead.leave)
        async with asyncio.TaskGroup() as group:
            group.create_task(ends_badly())
            await asyncio.sleep(0)
            group.create_task(caller("in time", 50.0))
        assert bulkhead.in_flight == 0
        return served

    assert virtually(main()) == ["in time"]


@pytest.mark.parametrize("cancel_first", [True, False])
def test_a_place_handed_to_somebody_who_was_cancelled_is_not_lost(cancel_first: bool) -> None:
    async def main() -> None:
        bulkhead = Bulkhead(BulkheadConfig(max_in_flight=1, max_queued=5, max_wait_s=100.0))
        assert bulkhead.try_enter()
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(bulkhead.enter(FAR))
            await asyncio.sleep(0)
            steps: list[Callable[[], object]] = [waiting.cancel, bulkhead.leave]
            for step in steps if cancel_first else reversed(steps):
                step()
        assert bulkhead.in_flight == 0
        assert bulkhead.try_enter()

    virtually(main())


@pytest.mark.parametrize("wrong", [{"max_in_flight": 0}, {"max_queued": -1}, {"max_wait_s": -1.0}], ids=str)
def test_a_setting_that_cannot_be_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        BulkheadConfig(**wrong)  # type: ignore[arg-type]
