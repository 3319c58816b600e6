"""The pipeline: what the order of the policies brings about, and how calls end."""

import asyncio
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brownout_core.errors import (
    AttemptTimeout,
    BreakerOpen,
    BulkheadFull,
    ConnectFailed,
    ConnectionLost,
    DeadLettered,
    DeadlineExceeded,
    IdempotencyConflict,
    LimiterFull,
    RetrySuppressed,
    Throttled,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.pipeline import CallContext, Pipeline, may_be_redriven
from brownout_core.policies.breaker import BreakerConfig, State
from brownout_core.policies.bulkhead import BulkheadConfig
from brownout_core.policies.deadline import TimeoutConfig
from brownout_core.policies.fallback import Fallback, FallbackConfig
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.retry import RetryConfig
from brownout_core.policies.retry_budget import RetryBudgetConfig
from brownout_core.telemetry import Kind
from tests.support.aio import virtually
from tests.support.pipelines import HANG, Bench, Vendor, context_of, now_s


def unavailable(retry_after_s: float | None = None) -> VendorUnavailable:
    return VendorUnavailable("stripe", "pay", "503", status=503, retry_after_s=retry_after_s)


def throttled(retry_after_s: float | None = None) -> Throttled:
    return Throttled("stripe", "pay", "429", status=429, retry_after_s=retry_after_s)


def refused() -> VendorRefused:
    return VendorRefused("stripe", "pay", "402", status=402)


def lost() -> ConnectionLost:
    return ConnectionLost("stripe", "pay", "reset")


def not_sent() -> ConnectFailed:
    return ConnectFailed("stripe", "pay", "refused")


TRIPS_AT_5 = BreakerConfig(
    minimum_calls=5,
    sampling_window_s=30.0,
    open_for_s=5.0,
    open_jitter=0.0,
    permitted_calls=3,
    successes_to_close=3,
)
NO_RETRY = RetryConfig(max_retries=0)


class TestRetrying:
    """Retries, their budget, and what the vendor asks for."""

    def test_a_healthy_call_is_one_attempt_and_takes_no_time(self) -> None:
        async def main() -> None:
            bench, vendor = Bench(), Vendor("paid")
            assert await bench.call(vendor) == "paid"
            assert (vendor.attempts, now_s()) == (1, 0.0)

        virtually(main())

    def test_the_last_attempts_error_is_raised_as_it_is(self) -> None:
        async def main() -> None:
            last = unavailable()
            bench, vendor = Bench(retry=RetryConfig(max_retries=2)), Vendor(unavailable(), unavailable(), last)
            with pytest.raises(VendorUnavailable) as ended:
                await bench.call(vendor)
            assert ended.value is last
            assert vendor.attempts == 3

        virtually(main())

    @pytest.mark.parametrize(
        ("error", "idempotent", "attempts"),
        [(lost(), False, 1), (lost(), True, 2), (not_sent(), False, 2), (refused(), True, 1)],
        ids=["lost", "lost, idempotent", "not sent", "refused"],
    )
    def test_a_call_that_may_have_had_an_effect_is_repeated_only_if_idempotent(
        self, error: Exception, idempotent: bool, attempts: int
    ) -> None:
        async def main() -> None:
            bench, vendor = Bench(), Vendor(error, "ok")
            with _whatever():
                await bench.call(vendor, context_of(idempotent=idempotent))
            assert vendor.attempts == attempts

        virtually(main())

    def test_the_error_says_what_any_attempt_may_have_done(self) -> None:
        """A lost answer and then a refused connection: the effect may be there, whatever the last attempt says."""

        async def main() -> None:
            context = context_of()
            with pytest.raises(ConnectFailed) as ended:
                await Bench(retry=RetryConfig(max_retries=1)).call(Vendor(lost(), not_sent()), context)
            assert ended.value.may_have_effect
            assert context.may_have_effect
            with pytest.raises(ConnectFailed) as ended:
                await Bench(retry=RetryConfig(max_retries=1)).call(Vendor(not_sent()))
            assert not ended.value.may_have_effect

        virtually(main())

    def test_when_everything_fails_the_load_grows_by_the_ratio_and_no_more(self) -> None:
        """R1, R2: through the whole pipeline, breaker asleep; 20 calls/s for 60 s, 100 % failing."""

        async def main() -> None:
            bench = Bench(budget=RetryBudgetConfig(ratio=0.2, reserve=10))
            vendor = Vendor(unavailable())

            async def one() -> None:
                with pytest.raises((VendorUnavailable, RetrySuppressed)):
                    await bench.call(vendor)

            async with asyncio.TaskGroup() as group:
                for _ in range(1_200):
                    group.create_task(one())
                    await asyncio.sleep(0.05)
            assert vendor.attempts / 1_200 <= 1.0 + 0.2 + 0.06  # the reserve: 5 at the start and 0.5/s
            retries = sorted(event.at_s for event in bench.told(Kind.RETRY_SCHEDULED))
            for start_s in range(55):
                assert sum(start_s < at_s <= start_s + 10 for at_s in retries) <= 0.2 * 201 + 10

        virtually(main())

    def test_the_budget_belongs_to_the_vendor_not_to_the_call_site(self) -> None:
        """R3"""

        async def main() -> None:
            bench = Bench(budget=RetryBudgetConfig(ratio=0.0, reserve=2), retry=RetryConfig(max_retries=1))
            elsewhere = Pipeline("stripe", bench.parts)
            with pytest.raises(VendorUnavailable):
                await bench.call(Vendor(unavailable()))
            with pytest.raises(RetrySuppressed):
                await elsewhere.call(Vendor(unavailable()), context_of())

        virtually(main())

    def test_an_empty_budget_is_an_outcome_of_its_own(self) -> None:
        """R4"""

        async def main() -> None:
            bench = Bench(budget=RetryBudgetConfig(ratio=0.0, reserve=1))
            error = throttled(2.0)
            with pytest.raises(VendorUnavailable):
                await bench.call(Vendor(unavailable(), unavailable(), refused()), context_of(idempotent=False))
            with pytest.raises(VendorRefused):
                await bench.call(Vendor(not_sent(), refused()))
            with pytest.raises(RetrySuppressed) as ended:
                await bench.call(Vendor(error))
            assert ended.value.__cause__ is error
            assert ended.value.retry_after_s == 2.0
            assert not ended.value.may_have_effect
            assert [event.outcome for event in bench.told(Kind.RETRY_SUPPRESSED)] == ["throttled"]
            assert bench.told(Kind.CALL_FINISHED)[-1].outcome == "retry_suppressed"

        virtually(main())

    def test_calls_that_were_not_made_pay_nothing_into_the_budget(self) -> None:
        """R1: what an open breaker rejects is no first attempt."""

        async def main() -> None:
            bench = Bench(budget=RetryBudgetConfig(ratio=1.0, reserve=1), retry=RetryConfig(max_retries=1))
            with pytest.raises(VendorUnavailable):
                await bench.call(Vendor(unavailable()))
            bench.breaker.open_by_hand(now_s())
            for _ in range(50):
                with pytest.raises(BreakerOpen):
                    await bench.call(Vendor())
            bench.breaker.close_by_hand(now_s())
            assert not bench.parts.budget.try_retry(now_s())  # type: ignore[union-attr]

        virtually(main())

    def test_the_next_attempt_is_not_earlier_than_the_vendor_asked(self) -> None:
        """F1"""

        async def main() -> None:
            vendor = Vendor(throttled(3.0), "ok")
            assert await Bench().call(vendor) == "ok"
            assert 3.0 <= vendor.asked_at_s[1] <= 3.6

        virtually(main())

    def test_a_wish_beyond_the_deadline_ends_the_call_without_sleeping(self) -> None:
        """F2"""

        async def main() -> None:
            error = throttled(9.5)
            with pytest.raises(Throttled) as ended:
                await Bench(timeout=TimeoutConfig(deadline_s=9.0)).call(Vendor(error))
            assert ended.value is error
            assert now_s() == 0.0

        virtually(main())

    def test_a_hostile_wish_ends_the_call_without_sleeping(self) -> None:
        """F3"""

        async def main() -> None:
            with pytest.raises(Throttled):
                await Bench(timeout=TimeoutConfig(deadline_s=80_000.0)).call(Vendor(throttled(86_400.0)))
            assert now_s() == 0.0

        virtually(main())


class TestTime:
    """The deadline of the call, the time of the attempt."""

    @given(
        script=st.lists(
            st.sampled_from([HANG, 0.3, 2.0, (0.5, unavailable()), throttled(1.0), lost()]), min_size=1, max_size=6
        ),
        deadline_s=st.floats(0.1, 20.0),
        asked_s=st.floats(0.0, 20.0),
        seed=st.integers(0, 100),
    )
    @settings(max_examples=80, deadline=None)
    def test_no_call_ends_after_its_deadline_and_no_attempt_starts_after_it(
        self, script: list[object], deadline_s: float, asked_s: float, seed: int
    ) -> None:
        """B4, D1, D2: whatever the vendor does."""

        async def main() -> None:
            bench = Bench(timeout=TimeoutConfig(attempt_s=1.5, deadline_s=deadline_s), seed=seed)
            vendor = Vendor(*script)
            with _whatever():
                await bench.call(vendor, context_of(deadline_at_s=asked_s))
            ends_at_s = min(deadline_s, asked_s)
            assert now_s() <= ends_at_s + 1e-6
            assert all(at_s < ends_at_s for at_s in vendor.asked_at_s)

        virtually(main())

    def test_an_attempt_that_gets_no_answer_ends_in_its_time(self) -> None:
        async def main() -> None:
            with pytest.raises(AttemptTimeout) as ended:
                await Bench(retry=NO_RETRY, timeout=TimeoutConfig(attempt_s=1.5)).call(Vendor(HANG))
            assert now_s() == pytest.approx(1.5)
            assert ended.value.may_have_effect

        virtually(main())

    def test_without_time_for_an_attempt_nothing_is_sent(self) -> None:
        """D2"""

        async def main() -> None:
            vendor = Vendor()
            with pytest.raises(DeadlineExceeded):
                await Bench().call(vendor, context_of(deadline_at_s=0.01))
            assert vendor.attempts == 0

        virtually(main())

    def test_the_attempt_is_told_when_it_must_end(self) -> None:
        """D2: what is passed on to the vendor."""

        async def main() -> None:
            context = context_of(deadline_at_s=4.0)
            seen: list[tuple[int, float]] = []

            async def attempt() -> None:
                seen.append((context.attempt, context.attempt_ends_at_s))
                await asyncio.sleep(HANG)

            bench = Bench(retry=RetryConfig(max_retries=1, initial_delay_s=0.0), timeout=TimeoutConfig(attempt_s=3.0))
            with pytest.raises(AttemptTimeout):
                await bench.pipeline.call(attempt, context)
            assert seen == [(1, 3.0), (2, 4.0)]

        virtually(main())

    def test_a_timeout_of_the_sdks_own_is_not_taken_for_ours(self) -> None:
        async def main() -> None:
            error = TimeoutError("the SDK gave up")
            with pytest.raises(TimeoutError) as ended:
                await Bench(retry=NO_RETRY).call(Vendor(error))
            assert ended.value is error

        virtually(main())

    def test_nothing_is_left_behind(self) -> None:
        """D3: no task and no live timer, after calls that ended well, badly, late and by cancellation."""

        async def main() -> None:
            bench = Bench(retry=RetryConfig(max_retries=1), bulkhead=BulkheadConfig(max_in_flight=2, max_queued=3))

            async def one(script: object) -> None:
                with _whatever():
                    await bench.call(Vendor(script))

            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(one(line)) for line in ("ok", HANG, unavailable(), 0.5, throttled(1.0), lost())
                ]
                await asyncio.sleep(1.0)
                tasks[1].cancel()
            loop = asyncio.get_running_loop()
            assert asyncio.all_tasks() == {asyncio.current_task()}
            assert not [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
            assert (bench.bulkhead.in_flight, bench.bulkhead.queued) == (0, 0)

        virtually(main())


class _whatever:  # noqa: N801 - reads like contextlib's
    """Lets a call end as it will; only cancellation passes."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return kind is not None and issubclass(kind, Exception)


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
                await bench.call(vendor, context_of(deadline_at_s=now_s() + 3.0))
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
                    await bench.call(Vendor(), context_of(deadline_at_s=0.0 if rejection is DeadlineExceeded else None))
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
            await _trip(bench)
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
            await _trip(bench)
            await asyncio.sleep(5.0)
            for _ in range(10):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.1):
                        await bench.call(Vendor(HANG))
            for _ in range(3):
                assert await bench.call(Vendor()) == "ok"
            assert bench.breaker.state(now_s()) is State.CLOSED

        virtually(main())

    def test_an_exception_that_is_not_the_vendors_is_no_sample_and_wedges_nothing(self) -> None:
        async def main() -> None:
            bench = Bench(breaker=TRIPS_AT_5)
            await _trip(bench)
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


async def _trip(bench: Bench) -> None:
    for _ in range(5):
        with pytest.raises(VendorUnavailable):
            await bench.pipeline.call(Vendor(unavailable()), context_of(idempotent=False))
    assert bench.breaker.state(now_s()) is State.OPEN


class TestRoom:
    """Bulkhead and limiter around many callers."""

    def test_never_more_in_flight_than_places(self) -> None:
        """K1: 300 callers, failures, retries and cancellations among them."""

        async def main() -> None:
            bench = Bench(bulkhead=BulkheadConfig(max_in_flight=10, max_queued=1_000, max_wait_s=100.0))
            vendor = Vendor(*[0.3, (0.1, unavailable()), HANG, (0.2, lost())] * 40, 0.3)

            async def one() -> None:
                with _whatever():
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
                with _whatever():
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
                    await bench.call(vendor, context_of(deadline_at_s=1.0))
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


class TestEnds:
    """Fallback, dead letters, claims: what stands around a call."""

    def test_a_fallback_answers_for_a_vendor_that_is_down(self) -> None:
        async def main() -> None:
            async def cached(_: Exception) -> str:
                return "cached"

            bench = Bench(retry=NO_RETRY)
            for error in (throttled(), not_sent()):
                assert await bench.call(Vendor(error), fallback=Fallback(cached)) == "cached"
            reads = Fallback(cached, FallbackConfig(serve_unknown=True))
            assert await bench.call(Vendor(unavailable()), fallback=reads) == "cached"
            with pytest.raises(VendorUnavailable):
                await bench.call(Vendor(unavailable()), fallback=Fallback(cached))
            with pytest.raises(VendorRefused):
                await bench.call(Vendor(refused()), fallback=reads)
            assert len(bench.told(Kind.FALLBACK_SERVED)) == 3

        virtually(main())

    def test_what_cannot_be_done_now_is_set_aside(self) -> None:
        async def main() -> None:
            shelf = _Shelf()
            bench, error = Bench(retry=NO_RETRY, dead_letters=shelf), unavailable()
            with pytest.raises(DeadLettered) as ended:
                await bench.call(Vendor(error), context_of(parcel="the order"))
            assert ended.value.dead_letter_id == "dl_1"
            assert ended.value.__cause__ is error
            assert shelf.kept == [("the order", error)]
            assert [event.detail for event in bench.told(Kind.DEAD_LETTERED)] == ["dl_1"]

        virtually(main())

    @pytest.mark.parametrize("why", ["refused", "no parcel", "not idempotent", "shelf broken"])
    def test_what_must_not_be_set_aside_ends_with_its_own_error(self, why: str) -> None:
        async def main() -> None:
            shelf = _Shelf(broken=why == "shelf broken")
            error = refused() if why == "refused" else unavailable()
            bench = Bench(retry=NO_RETRY, dead_letters=shelf)
            parcel = None if why == "no parcel" else "the order"
            with pytest.raises(type(error)) as ended:
                await bench.call(Vendor(error), context_of(idempotent=why != "not idempotent", parcel=parcel))
            assert ended.value is error
            assert not shelf.kept

        virtually(main())

    @pytest.mark.parametrize(
        ("error", "idempotent", "redriven"),
        [
            (BreakerOpen("m"), False, True),
            (RetrySuppressed("m", may_have_effect=True), False, False),
            (RetrySuppressed("m", may_have_effect=True), True, True),
            (throttled(), False, True),
            (lost(), False, False),
            (lost(), True, True),
            (OSError(), True, True),
            (OSError(), False, False),
            (refused(), True, False),
            (IdempotencyConflict("m"), True, False),
            (ValueError(), True, False),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
    )
    def test_only_what_is_worth_it_and_safe_is_redriven(
        self, error: Exception, idempotent: bool, redriven: bool
    ) -> None:
        assert may_be_redriven(error, context_of(idempotent=idempotent)) is redriven

    def test_a_claimed_call_is_made_once(self) -> None:
        async def main() -> None:
            bench, vendor = Bench(claims=_OneClaim()), Vendor(b"receipt")
            for _ in range(2):
                context = context_of(idempotency_key="k", fingerprint="f")
                assert await bench.call(vendor, context) == b"receipt"
            assert vendor.attempts == 1
            with pytest.raises(TypeError):
                await bench.call(Vendor("text"), context_of(idempotency_key="other"))

        virtually(main())

    def test_retries_happen_inside_the_claim(self) -> None:
        async def main() -> None:
            claims = _OneClaim()
            vendor = Vendor(unavailable(), b"receipt")
            await Bench(claims=claims).call(vendor, context_of(idempotency_key="k"))
            assert (vendor.attempts, claims.works) == (2, 1)

        virtually(main())

    def test_waiting_for_another_callers_claim_counts_against_the_deadline(self) -> None:
        """K3, for the claim"""

        async def main() -> None:
            bench, vendor = Bench(claims=_Stuck()), Vendor()
            with pytest.raises(DeadlineExceeded) as ended:
                await bench.call(vendor, context_of(idempotency_key="k", deadline_at_s=2.0))
            assert now_s() == pytest.approx(2.0)
            assert ended.value.may_have_effect  # the other caller's work may have had it
            assert vendor.attempts == 0

        virtually(main())

    def test_work_under_a_claim_keeps_its_own_time(self) -> None:
        """The wait's limit is not the work's: the last attempt ends as a timeout and is the breaker's sample."""

        async def main() -> None:
            bench = Bench(claims=_OneClaim(), retry=NO_RETRY, timeout=TimeoutConfig(attempt_s=2.0, deadline_s=2.0))
            with pytest.raises(AttemptTimeout):
                await bench.call(Vendor(HANG), context_of(idempotency_key="k"))

        virtually(main())


class _Shelf:
    def __init__(self, *, broken: bool = False) -> None:
        self.kept: list[tuple[object, Exception]] = []
        self._broken = broken
        self._ids = count(1)

    async def set_aside(self, parcel: object, error: Exception) -> str:
        if self._broken:
            raise OSError("disk full")
        self.kept.append((parcel, error))
        return f"dl_{next(self._ids)}"


class _OneClaim:
    def __init__(self) -> None:
        self._done: dict[str, bytes] = {}
        self.works = 0

    async def run_once(self, key: str, fingerprint: str, work) -> bytes:  # type: ignore[no-untyped-def]
        if key not in self._done:
            self.works += 1
            self._done[key] = await work()
        return self._done[key]


class _Stuck:
    async def run_once(self, key: str, fingerprint: str, work) -> bytes:  # type: ignore[no-untyped-def]
        await asyncio.sleep(HANG)
        return b""


class TestTelling:
    """Events: what happened, in order, each once."""

    def test_tells_a_call_with_a_retry_from_start_to_end(self) -> None:
        async def main() -> None:
            bench = Bench()
            await bench.call(Vendor((0.1, unavailable()), 0.2), context_of("op_9"))
            assert [(event.kind, event.attempt, event.outcome) for event in bench.events] == [
                (Kind.ATTEMPT_STARTED, 1, ""),
                (Kind.ATTEMPT_FINISHED, 1, "vendor_unavailable"),
                (Kind.RETRY_SCHEDULED, 1, "vendor_unavailable"),
                (Kind.ATTEMPT_STARTED, 2, ""),
                (Kind.ATTEMPT_FINISHED, 2, "ok"),
                (Kind.CALL_FINISHED, 2, "ok"),
            ]
            assert {(e.vendor, e.call, e.operation_id) for e in bench.events} == {
                ("stripe", "create_payment_intent", "op_9")
            }
            delay_s = float(bench.events[2].detail)
            assert [e.duration_s for e in bench.events] == pytest.approx([0, 0.1, 0, 0, 0.2, 0.3 + delay_s], abs=1e-5)
            assert [e.at_s for e in bench.events] == sorted(e.at_s for e in bench.events)

        virtually(main())

    def test_without_a_sink_nothing_changes(self) -> None:
        async def main() -> None:
            quiet = Pipeline("stripe", Bench().parts)
            assert await quiet.call(Vendor(unavailable(), "ok"), context_of()) == "ok"
            with pytest.raises(VendorRefused):
                await quiet.call(Vendor(refused()), context_of())
            with pytest.raises(DeadlineExceeded):
                await quiet.call(Vendor(), context_of(deadline_at_s=0.0))

        virtually(main())

    def test_a_breaker_shared_by_two_pipelines_tells_each_change_once(self) -> None:
        """C6"""

        async def main() -> None:
            bench = Bench(breaker=TRIPS_AT_5)
            Pipeline("stripe", bench.parts, sink=bench.events.append)
            await _trip(bench)
            (opened,) = bench.told(Kind.BREAKER_TRANSITION)
            assert (opened.vendor, opened.outcome) == ("stripe", "open")
            assert opened.detail == "closed->open: failure_ratio_reached"

        virtually(main())


class TestGuard:
    """Any coroutine, in one line."""

    def test_guards_an_sdks_own_call(self) -> None:
        async def main() -> None:
            async def charge(amount: int) -> int:
                return amount

            assert await Bench().pipeline.guard(lambda: charge(5)) == 5

        virtually(main())

    @pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(), OSError()], ids=repr)
    def test_errors_of_the_network_are_failures_that_may_have_had_an_effect(self, error: Exception) -> None:
        async def main() -> None:
            bench, once = Bench(breaker=TRIPS_AT_5), Vendor(error)
            with pytest.raises(type(error)):
                await bench.pipeline.guard(once)
            assert once.attempts == 1
            again = Vendor(error, "ok")
            assert await bench.pipeline.guard(again, idempotent=True) == "ok"
            for _ in range(2):
                with pytest.raises(type(error)):
                    await bench.pipeline.guard(once)
            assert bench.breaker.state(now_s()) is State.OPEN

        virtually(main())

    def test_any_other_exception_passes_untouched_and_is_no_sample(self) -> None:
        async def main() -> None:
            bench, error = Bench(breaker=TRIPS_AT_5), ValueError("the SDK's own")
            for _ in range(20):
                with pytest.raises(ValueError, match="own") as ended:
                    await bench.pipeline.guard(Vendor(error), idempotent=True)
                assert ended.value is error
            assert bench.breaker.state(now_s()) is State.CLOSED

        virtually(main())

    def test_takes_the_callers_deadline(self) -> None:
        async def main() -> None:
            with pytest.raises(AttemptTimeout):
                await Bench().pipeline.guard(Vendor(HANG), deadline_at_s=0.7)
            assert now_s() == pytest.approx(0.7)

        virtually(main())


def test_a_context_says_what_the_pipeline_did() -> None:
    context = CallContext("op", "pay", True)
    assert (context.attempt, context.may_have_effect) == (0, False)
