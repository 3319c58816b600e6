"""The pipeline: retries, time, what it tells, and guarding any coroutine."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.errors import (
    AttemptTimeout,
    BreakerOpen,
    ClaimsUnavailable,
    ConnectFailed,
    ConnectionLost,
    DeadlineExceeded,
    RetrySuppressed,
    Throttled,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.pipeline import Pipeline
from brownout_core.policies.breaker import State
from brownout_core.policies.bulkhead import BulkheadConfig
from brownout_core.policies.deadline import TimeoutConfig
from brownout_core.policies.retry import RetryConfig
from brownout_core.policies.retry_budget import RetryBudgetConfig
from brownout_core.telemetry import Kind
from brownout_core.transport import unsent
from tests.support.aio import virtually
from tests.support.examples import examples
from tests.support.pipelines import (
    CALL,
    HANG,
    NO_RETRY,
    TRIPS_AT_5,
    Bench,
    Vendor,
    asking_of,
    lost,
    not_sent,
    now_s,
    refused,
    throttled,
    trip,
    unavailable,
    whatever,
)


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
            with whatever():
                await bench.call(vendor, idempotent=idempotent)
            assert vendor.attempts == attempts

        virtually(main())

    def test_the_asking_knows_what_any_attempt_may_have_done(self) -> None:
        """A lost answer and then a refused connection: the effect may be there, whatever the last attempt says."""

        async def main() -> None:
            bench, in_doubt, fresh = Bench(retry=RetryConfig(max_retries=1)), asking_of(), asking_of()
            with pytest.raises(ConnectFailed) as ended:
                await bench.call(Vendor(lost(), not_sent()), in_doubt)
            assert in_doubt.may_have_effect
            # The error is the last attempt's, and several callers may hold it: nobody writes into it.
            assert not ended.value.may_have_effect
            with pytest.raises(ConnectFailed):
                await bench.call(Vendor(not_sent()), fresh)
            assert not fresh.may_have_effect

        virtually(main())

    def test_an_error_that_two_calls_share_says_of_neither_what_the_other_did(self) -> None:
        async def main() -> None:
            bench, shared = Bench(retry=RetryConfig(max_retries=1, initial_delay_s=0.0)), not_sent()
            in_doubt, fresh = asking_of(), asking_of()
            for asking, script in ((in_doubt, [lost(), shared]), (fresh, [shared])):
                with pytest.raises(ConnectFailed) as ended:
                    await bench.call(Vendor(*script), asking)
                assert ended.value is shared
            assert (in_doubt.may_have_effect, fresh.may_have_effect) == (True, False)

        virtually(main())

    def test_when_everything_fails_the_load_grows_by_the_reserve_and_no_more(self) -> None:
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
            assert len(bench.told(Kind.RETRY_SCHEDULED)) == vendor.attempts - 1_200
            assert 5 <= vendor.attempts - 1_200 <= 10

        virtually(main())

    @pytest.mark.parametrize(
        ("ends", "pays"),
        [("ok", True), (refused(), True), (unavailable(), False), (throttled(), False), (lost(), False)],
        ids=["ok", "402", "503", "429", "lost"],
    )
    def test_what_the_vendor_answers_pays_for_retries(self, ends: object, pays: bool) -> None:
        async def main() -> None:
            bench = Bench(budget=RetryBudgetConfig(ratio=1.0, reserve=1), retry=RetryConfig(max_retries=0))
            budget = bench.policies.budget
            assert budget is not None
            assert budget.try_retry(now_s())
            with whatever():
                await bench.call(Vendor(ends))
            assert budget.try_retry(now_s()) is pays

        virtually(main())

    def test_the_budget_belongs_to_the_vendor_not_to_the_call_site(self) -> None:
        """R3"""

        async def main() -> None:
            bench = Bench(budget=RetryBudgetConfig(ratio=0.0, reserve=2), retry=RetryConfig(max_retries=1))
            elsewhere = Pipeline("stripe", bench.policies)
            with pytest.raises(VendorUnavailable):
                await bench.call(Vendor(unavailable()))
            with pytest.raises(RetrySuppressed):
                await elsewhere.call(asking_of(), CALL, Vendor(unavailable()), idempotent=True)

        virtually(main())

    def test_an_empty_budget_is_an_outcome_of_its_own(self) -> None:
        """R4"""

        async def main() -> None:
            bench = Bench(budget=RetryBudgetConfig(ratio=0.0, reserve=1))
            error = throttled(2.0)
            with pytest.raises(VendorUnavailable):
                await bench.call(Vendor(unavailable(), unavailable(), refused()), idempotent=False)
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
            assert not bench.policies.budget.try_retry(now_s())  # type: ignore[union-attr]

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
    @examples(80)
    def test_no_call_ends_after_its_deadline_and_no_attempt_starts_after_it(
        self, script: list[object], deadline_s: float, asked_s: float, seed: int
    ) -> None:
        """B4, D1, D2: whatever the vendor does."""

        async def main() -> None:
            bench = Bench(timeout=TimeoutConfig(attempt_s=1.5, deadline_s=deadline_s), seed=seed)
            vendor = Vendor(*script)
            with whatever():
                await bench.call(vendor, asking_of(ends_at_s=asked_s))
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
                await Bench().call(vendor, asking_of(ends_at_s=0.01))
            assert vendor.attempts == 0

        virtually(main())

    def test_the_attempt_is_told_when_it_must_end(self) -> None:
        """D2: what is passed on to the vendor."""

        async def main() -> None:
            asking = asking_of(ends_at_s=4.0)
            seen: list[float] = []

            async def attempt() -> None:
                seen.append(asking.attempt_ends_at_s)
                await asyncio.sleep(HANG)

            bench = Bench(retry=RetryConfig(max_retries=1, initial_delay_s=0.0), timeout=TimeoutConfig(attempt_s=3.0))
            with pytest.raises(AttemptTimeout):
                await bench.pipeline.call(asking, CALL, attempt, idempotent=True)
            assert seen == [3.0, 4.0]

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
                with whatever():
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


class TestTelling:
    """Events: what happened, in order, each once."""

    def test_tells_a_call_with_a_retry_from_start_to_end(self) -> None:
        async def main() -> None:
            bench = Bench()
            await bench.call(Vendor((0.1, unavailable()), 0.2), asking_of("op_9"))
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

    def test_a_rejection_is_told_by_the_pipeline_that_rejected(self) -> None:
        async def main() -> None:
            outer, inner = Bench(), Bench()
            inner.breaker.open_by_hand(now_s())
            with pytest.raises(BreakerOpen):
                await outer.pipeline.guard(lambda: inner.call(Vendor()))
            assert len(inner.told(Kind.CALL_REJECTED)) == 1
            assert not outer.told(Kind.CALL_REJECTED)

        virtually(main())

    def test_without_a_sink_nothing_changes(self) -> None:
        async def main() -> None:
            quiet = Pipeline("stripe", Bench().policies)
            assert await quiet.guard(Vendor(unavailable(), "ok"), idempotent=True) == "ok"
            with pytest.raises(VendorRefused):
                await quiet.guard(Vendor(refused()))
            with pytest.raises(DeadlineExceeded):
                await quiet.guard(Vendor(), deadline_at_s=0.0)

        virtually(main())

    def test_a_breaker_shared_by_two_pipelines_tells_each_change_once(self) -> None:
        """C6"""

        async def main() -> None:
            bench = Bench(breaker=TRIPS_AT_5)
            Pipeline("stripe", bench.policies, sink=bench.events.append)
            await trip(bench)
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


def test_several_calls_of_one_asking_add_up() -> None:
    async def main() -> None:
        asking, bench = asking_of(), Bench(retry=NO_RETRY)
        says: list[bool] = []
        for error in (not_sent(), lost(), not_sent()):
            with pytest.raises(type(error)):
                await bench.call(Vendor(error), asking)
            says.append(asking.may_have_effect)
        assert says == [False, True, True]
        done = asking_of()
        await bench.call(Vendor(), done)
        with pytest.raises(ConnectFailed):
            await bench.call(Vendor(not_sent()), done)
        assert done.may_have_effect

    virtually(main())


def test_a_read_leaves_no_trace_in_its_asking() -> None:
    async def main() -> None:
        asking, bench = asking_of(), Bench(retry=NO_RETRY)
        with pytest.raises(ConnectionLost):
            await bench.pipeline.call(asking, "list", Vendor(lost()), idempotent=True, is_read=True)
        assert await bench.pipeline.call(asking, "list", Vendor(), idempotent=True, is_read=True) == "ok"
        assert not asking.may_have_effect

    virtually(main())


@pytest.mark.parametrize(("status", "in_doubt"), [(402, False), (409, False), (403, True), (404, True)])
def test_the_vendors_no_to_the_key_itself_answers_for_earlier_attempts(status: int, in_doubt: bool) -> None:
    async def main() -> None:
        asking = asking_of()
        no = VendorRefused("stripe", "pay", "no", status=status)
        with pytest.raises(VendorRefused):
            await Bench().call(Vendor(lost(), no), asking)
        assert asking.may_have_effect is in_doubt

    virtually(main())


def test_a_call_that_is_cancelled_at_work_leaves_its_asking_in_doubt() -> None:
    async def main() -> None:
        asking, bench = asking_of(), Bench()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await bench.call(Vendor(HANG), asking)
        assert asking.may_have_effect

    virtually(main())


class TestAnnouncing:
    """A sending that the vendor cannot tell from its repetition is announced first, or not made."""

    def test_each_attempt_of_a_call_that_is_not_idempotent_is_announced(self) -> None:
        async def main() -> None:
            asking, told = asking_of(), []

            async def announce() -> None:
                told.append(now_s())

            asking.announce = announce
            vendor = Vendor(throttled(3.0), "ok")
            await Bench().call(vendor, asking, idempotent=False)
            assert told == vendor.asked_at_s
            await Bench().call(Vendor(throttled(), "ok"), asking)
            assert len(told) == 2

        virtually(main())

    def test_what_cannot_be_announced_is_not_sent_and_is_no_sample(self) -> None:
        async def main() -> None:
            bench, asking, vendor = Bench(breaker=TRIPS_AT_5), asking_of(), Vendor()
            await trip(bench)
            await asyncio.sleep(5.0)

            async def announce() -> None:
                raise ClaimsUnavailable("down")

            asking.announce = announce
            for _ in range(10):
                with pytest.raises(ClaimsUnavailable):
                    await bench.call(vendor, asking, idempotent=False)
            assert (vendor.attempts, asking.may_have_effect) == (0, False)
            assert bench.breaker.state(now_s()) is State.HALF_OPEN
            assert await bench.call(vendor) == "ok"

        virtually(main())

    def test_waiting_for_the_announcement_counts_against_the_deadline(self) -> None:
        async def main() -> None:
            asking, vendor = asking_of(ends_at_s=2.0), Vendor()
            asking.announce = asyncio.Event().wait  # type: ignore[assignment]
            with pytest.raises(DeadlineExceeded):
                await Bench().call(vendor, asking, idempotent=False)
            assert now_s() == pytest.approx(2.0)
            assert vendor.attempts == 0

        virtually(main())


class TestNotSent:
    """What a transport says of a cancellation: no connection was there yet."""

    def test_an_attempt_that_waits_in_vain_for_a_connection_was_not_sent(self) -> None:
        async def main() -> None:
            bench, asking = Bench(retry=NO_RETRY, timeout=TimeoutConfig(attempt_s=1.0)), asking_of()
            with pytest.raises(ConnectFailed):
                await bench.pipeline.call(asking, CALL, waits_for_a_connection, idempotent=False)
            assert now_s() == pytest.approx(1.0)
            assert not asking.may_have_effect
            assert bench.told(Kind.ATTEMPT_FINISHED)[0].outcome == "connect_failed"

        virtually(main())

    def test_a_caller_that_leaves_meanwhile_sent_nothing(self) -> None:
        async def main() -> None:
            asking = asking_of()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await Bench().pipeline.call(asking, CALL, waits_for_a_connection, idempotent=False)
            assert not asking.may_have_effect

        virtually(main())


async def waits_for_a_connection() -> None:
    try:
        await asyncio.sleep(HANG)
    except asyncio.CancelledError as cancelled:
        raise unsent(cancelled) from None
