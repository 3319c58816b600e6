"""What the order of the policies brings about: breaker, limiter and bulkhead around many callers."""

import asyncio

import pytest

from brownout_core.errors import (
    AttemptTimeout,
    BreakerOpen,
    BulkheadFull,
    DeadlineExceeded,
    LimiterFull,
    VendorUnavailable,
)
from brownout_core.policies.breaker import State
from brownout_core.policies.bulkhead import BulkheadConfig
from brownout_core.policies.deadline import TimeoutConfig
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.retry import RetryConfig
from brownout_core.telemetry import Kind
from tests.support.aio import virtually
from tests.support.pipelines import (
    HANG,
    NO_RETRY,
    TRIPS_AT_5,
    Bench,
    Vendor,
    asking_of,
    lost,
    now_s,
    refused,
    throttled,
    trip,
    unavailable,
    whatever,
)


class TestBreaking:
    """What the breaker sees and what it stops."""

    def test_open_it_costs_neither_an_attempt_nor_time(self) -> None:
        """O1: also with every place in the bulkhead taken and a queue that would wait."""

        async def main() -> None:
            bench = Bench(bulkhead=BulkheadConfig(max_in_flight=1, max_queued=10, max_wait_s=50.0))
            vendor = Vendor()
            bench.breaker.open_by_hand(now_s())
            with pytest.raises(BreakerOpen):
                await bench.call(vendor)
            assert bench.bulkhead.try_enter()
            with pytest.raises(BreakerOpen):
                await bench.call(vendor)
            assert (vendor.attempts, now_s()) == (0, 0.0)
            assert [event.outcome for event in bench.told(Kind.CALL_REJECTED)] == ["breaker", "breaker"]

        virtually(main())

    def test_attempts_and_not_calls_are_its_samples(self) -> None:
        """O2: two calls of three attempts are six samples, one more than it takes."""

        async def main() -> None:
            bench = Bench(breaker=TRIPS_AT_5, retry=RetryConfig(max_retries=2, max_delay_s=0.2))
            with pytest.raises(VendorUnavailable):
                await bench.call(Vendor(unavailable()))
            assert bench.breaker.state(now_s()) is State.CLOSED
            vendor = Vendor(unavailable())
            with pytest.raises(VendorUnavailable):
                await bench.call(vendor, asking_of(ends_at_s=now_s() + 3.0))
            assert bench.breaker.state(now_s()) is State.OPEN
            assert vendor.attempts == 2

        virtually(main())

    @pytest.mark.parametrize("rejection", [LimiterFull, BulkheadFull, DeadlineExceeded])
    def test_local_rejections_never_trip_it(self, rejection: type[Exception]) -> None:
        """O3"""

        async def main() -> None:
            bench = Bench(
                breaker=TRIPS_AT_5,
                limiter=LimiterConfig(
                    capacity=1 if rejection is LimiterFull else 1_000, refill_per_s=0.01, max_wait_s=0
                ),
                bulkhead=BulkheadConfig(max_in_flight=1, max_queued=0),
            )
            if rejection is BulkheadFull:
                assert bench.bulkhead.try_enter()
            elif rejection is LimiterFull:
                await bench.call(Vendor())
            for _ in range(100):
                with pytest.raises(rejection):
                    await bench.call(Vendor(), asking_of(ends_at_s=0.0 if rejection is DeadlineExceeded else None))
            assert bench.breaker.state(now_s()) is State.CLOSED

        virtually(main())

    def test_a_definitive_no_and_a_429_never_trip_it(self) -> None:
        async def main() -> None:
            bench = Bench(breaker=TRIPS_AT_5, retry=NO_RETRY)
            for error in [refused(), throttled()] * 50:
                with pytest.raises(type(error)):
                    await bench.call(Vendor(error))
            assert bench.breaker.state(now_s()) is State.CLOSED

        virtually(main())

    def test_a_vendor_that_hangs_trips_it(self) -> None:
        """F of the conformance checks: the timeout is inside the breaker, so 20 callers make 5 attempts."""

        async def main() -> None:
            bench, vendor = Bench(breaker=TRIPS_AT_5, retry=NO_RETRY), Vendor(HANG)
            for _ in range(5):
                with pytest.raises(AttemptTimeout):
                    await bench.call(vendor)
            for _ in range(15):
                with pytest.raises(BreakerOpen):
                    await bench.call(vendor)
            assert vendor.attempts == 5

        virtually(main())

    def test_a_callers_own_timeout_around_the_call_is_no_sample(self) -> None:
        """F's policy choice: who cancels says nothing about the vendor. Hand a deadline in instead."""

        async def main() -> None:
            bench, vendor = Bench(breaker=TRIPS_AT_5), Vendor(HANG)
            for _ in range(20):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.1):
                        await bench.call(vendor)
            assert bench.breaker.state(now_s()) is State.CLOSED
            assert bench.told(Kind.CALL_FINISHED)[0].outcome == "cancelled"
            assert bench.bulkhead.in_flight == 0

        virtually(main())

    @pytest.mark.parametrize("callers", [200, 1_000])
    def test_half_open_exactly_the_permitted_probes_reach_the_vendor(self, callers: int) -> None:
        """C1: concurrent callers, each a task."""

        async def main() -> None:
            bench = Bench(breaker=TRIPS_AT_5, retry=NO_RETRY)
            await trip(bench)
            await asyncio.sleep(5.0)
            vendor = Vendor(0.5)

            async def one() -> bool:
                try:
                    return bool(await bench.call(vendor) == "ok")
                except BreakerOpen:
                    return False

            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one()) for _ in range(callers)]
            assert vendor.attempts == sum(task.result() for task in tasks) == 3
            assert bench.breaker.state(now_s()) is State.CLOSED
            changes = [event.outcome for event in bench.told(Kind.BREAKER_TRANSITION)]
            assert changes == ["open", "half_open", "closed"]

        virtually(main())

    def test_cancelled_probes_leave_room_for_others(self) -> None:
        """D of the conformance checks"""

        async def main() -> None:
            bench = Bench(breaker=TRIPS_AT_5, retry=NO_RETRY)
            await trip(bench)
            await asyncio.sleep(5.0)
            for _ in range(10):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.1):
                        await bench.call(Vendor(HANG))
            for _ in range(3):
                assert await bench.call(Vendor()) == "ok"
            assert bench.breaker.state(now_s()) is State.CLOSED

        virtually(main())

    @pytest.mark.parametrize("rejection", [LimiterFull, DeadlineExceeded])
    def test_a_probe_that_another_policy_rejects_leaves_room_for_others(self, rejection: type[Exception]) -> None:
        """O3: rejected behind the breaker, it gives its permit back."""

        async def main() -> None:
            limiter = LimiterConfig(capacity=5, refill_per_s=0.1, max_wait_s=0.0)
            bench = Bench(breaker=TRIPS_AT_5, retry=NO_RETRY, limiter=limiter if rejection is LimiterFull else None)
            await trip(bench)
            await asyncio.sleep(5.0)
            late_at_s = now_s() if rejection is DeadlineExceeded else None
            for _ in range(10):
                with pytest.raises(rejection):
                    await bench.call(Vendor(), asking_of(ends_at_s=late_at_s))
            await asyncio.sleep(60.0)
            assert bench.told(Kind.BREAKER_TRANSITION)[-1].outcome == "half_open"
            for _ in range(3):
                assert await bench.call(Vendor()) == "ok"
            assert bench.breaker.state(now_s()) is State.CLOSED

        virtually(main())

    def test_an_exception_that_is_not_the_vendors_is_no_sample_and_wedges_nothing(self) -> None:
        async def main() -> None:
            bench = Bench(breaker=TRIPS_AT_5)
            await trip(bench)
            await asyncio.sleep(5.0)
            for _ in range(20):
                error = KeyError("a defect in the caller's code")
                with pytest.raises(KeyError) as ended:
                    await bench.call(Vendor(error))
                assert ended.value is error
            assert bench.breaker.state(now_s()) is State.HALF_OPEN
            assert await bench.call(Vendor()) == "ok"

        virtually(main())

    @pytest.mark.parametrize(("deadline_s", "attempts"), [(4.0, 5), (30.0, 6)])
    def test_it_ends_the_retries_unless_it_reopens_before_the_deadline(self, deadline_s: float, attempts: int) -> None:
        async def main() -> None:
            last = unavailable()
            bench = Bench(
                breaker=TRIPS_AT_5,
                retry=RetryConfig(max_retries=9, initial_delay_s=0.0),
                timeout=TimeoutConfig(deadline_s=deadline_s),
            )
            vendor = Vendor(*[unavailable()] * 4, last, "ok")
            if attempts == 5:
                with pytest.raises(VendorUnavailable) as ended:
                    await bench.call(vendor)
                assert ended.value is last
                assert now_s() == 0.0
            else:
                assert await bench.call(vendor) == "ok"
                assert now_s() == 5.0
            assert vendor.attempts == attempts

        virtually(main())

    def test_a_retry_that_finds_it_open_ends_with_the_vendors_error(self) -> None:
        """Something was sent: what the caller must know is how that ended, not that nothing more was sent."""

        async def main() -> None:
            bench = Bench(retry=RetryConfig(initial_delay_s=1.0, jitter="equal"))
            error = unavailable()
            loop = asyncio.get_running_loop()
            loop.call_at(0.1, lambda: bench.breaker.open_by_hand(loop.time()))
            with pytest.raises(VendorUnavailable) as ended:
                await bench.call(Vendor(error))
            assert ended.value is error
            assert [event.outcome for event in bench.told(Kind.CALL_REJECTED)] == ["breaker"]

        virtually(main())

    def test_who_waited_for_a_token_asks_the_breaker_again(self) -> None:
        """O1: it opened while this call waited for its turn."""

        async def main() -> None:
            bench = Bench(limiter=LimiterConfig(capacity=1, refill_per_s=1.0, max_wait_s=5.0))
            vendor = Vendor()
            await bench.call(vendor)
            loop = asyncio.get_running_loop()
            loop.call_at(0.5, lambda: bench.breaker.open_by_hand(loop.time()))
            with pytest.raises(BreakerOpen):
                await bench.call(vendor)
            assert vendor.attempts == 1

        virtually(main())


class TestRoom:
    """Bulkhead and limiter around many callers."""

    def test_never_more_in_flight_than_places(self) -> None:
        """K1: 300 callers, failures, retries and cancellations among them."""

        async def main() -> None:
            bench = Bench(bulkhead=BulkheadConfig(max_in_flight=10, max_queued=1_000, max_wait_s=100.0))
            vendor = Vendor(*[0.3, (0.1, unavailable()), HANG, (0.2, lost())] * 40, 0.3)

            async def one() -> None:
                with whatever():
                    await bench.call(vendor)

            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one()) for _ in range(300)]
                await asyncio.sleep(0.5)
                for task in tasks[::7]:
                    task.cancel()
            assert vendor.most_in_flight == 10
            assert bench.bulkhead.in_flight == 0

        virtually(main())

    def test_a_stalled_vendor_changes_nothing_for_another(self) -> None:
        """K2: the other's latencies with and without the stall are the same."""

        async def healthy_latencies(with_stall: bool) -> list[float]:
            stalled, healthy = Bench(seed=1), Bench(seed=2)
            took_s = []

            async def drown() -> None:
                with whatever():
                    await stalled.call(Vendor(HANG))

            async with asyncio.TaskGroup() as group:
                for _ in range(500 if with_stall else 0):
                    group.create_task(drown())
                for _ in range(30):
                    started_s = now_s()
                    await healthy.call(Vendor(0.2))
                    took_s.append(now_s() - started_s)
            return took_s

        assert virtually(healthy_latencies(True)) == pytest.approx(virtually(healthy_latencies(False)))

    def test_time_in_the_queue_counts_against_the_deadline(self) -> None:
        """K3"""

        async def main() -> None:
            bench = Bench(bulkhead=BulkheadConfig(max_in_flight=1, max_queued=5, max_wait_s=100.0))
            vendor = Vendor(2.0)
            async with asyncio.TaskGroup() as group:
                group.create_task(bench.call(vendor))
                await asyncio.sleep(0)
                with pytest.raises(DeadlineExceeded):
                    await bench.call(vendor, asking_of(ends_at_s=1.0))
                assert now_s() == pytest.approx(1.0)
            assert vendor.attempts == 1

        virtually(main())

    def test_a_call_waits_for_a_token_when_there_is_time(self) -> None:
        async def main() -> None:
            bench = Bench(limiter=LimiterConfig(capacity=2, refill_per_s=4.0, max_wait_s=5.0))
            vendor = Vendor()
            async with asyncio.TaskGroup() as group:
                for _ in range(5):
                    group.create_task(bench.call(vendor))
            assert vendor.asked_at_s == pytest.approx([0.0, 0.0, 0.25, 0.5, 0.75])

        virtually(main())
