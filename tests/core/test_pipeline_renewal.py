"""An attempt whose credential may not be renewed now has sent nothing: to breaker, budget and telemetry it says so."""

import asyncio

import pytest

from brownout_core.errors import RenewalPaused, RetrySuppressed, VendorUnavailable
from brownout_core.policies.breaker import State
from brownout_core.policies.retry import RetryConfig
from brownout_core.policies.retry_budget import RetryBudgetConfig
from brownout_core.telemetry import Kind
from tests.support.aio import virtually
from tests.support.pipelines import NO_RETRY, TRIPS_AT_5, Bench, Vendor, asking_of, now_s, trip, unavailable


def paused(retry_after_s: float = 1.0) -> RenewalPaused:
    return RenewalPaused("the credential could not be renewed", retry_after_s=retry_after_s)


def test_it_is_tried_again_when_the_pause_is_over() -> None:
    async def main() -> None:
        bench, vendor = Bench(), Vendor(paused(2.0), "ok")
        assert await bench.call(vendor) == "ok"
        assert 2.0 <= now_s() <= 2.4

    virtually(main())


def test_it_costs_the_retry_budget_nothing() -> None:
    async def main() -> None:
        bench = Bench(budget=RetryBudgetConfig(ratio=0.0, reserve=1.0))
        for _ in range(5):
            assert await bench.call(Vendor(paused(), "ok")) == "ok"
        assert await bench.call(Vendor(unavailable(), "ok")) == "ok"  # the one retry that the budget pays for

    virtually(main())


def test_it_pays_nothing_into_the_retry_budget() -> None:
    async def main() -> None:
        bench = Bench(budget=RetryBudgetConfig(ratio=1.0, reserve=1.0), retry=RetryConfig(max_retries=1))
        with pytest.raises(VendorUnavailable):
            await bench.call(Vendor(unavailable()))  # the reserve is gone
        with pytest.raises(RenewalPaused):
            await bench.call(Vendor(paused(0.01)))
        with pytest.raises(RetrySuppressed):
            await bench.call(Vendor(unavailable()))

    virtually(main())


def test_it_is_no_sample_of_the_breaker() -> None:
    async def main() -> None:
        bench = Bench(breaker=TRIPS_AT_5, retry=NO_RETRY)
        for _ in range(20):
            with pytest.raises(RenewalPaused):
                await bench.call(Vendor(paused()))
        assert bench.breaker.state(now_s()) is State.CLOSED

    virtually(main())


def test_half_open_it_gives_its_permit_back_and_closes_nothing() -> None:
    """As an answer that says nothing of the vendor's health, three of them would close the breaker."""

    async def main() -> None:
        bench = Bench(breaker=TRIPS_AT_5, retry=NO_RETRY)
        await trip(bench)
        await asyncio.sleep(5.0)
        for _ in range(10):
            with pytest.raises(RenewalPaused):
                await bench.call(Vendor(paused()))
        assert bench.breaker.state(now_s()) is State.HALF_OPEN
        with pytest.raises(VendorUnavailable):
            await bench.call(Vendor(unavailable()))
        assert bench.breaker.state(now_s()) is State.OPEN

    virtually(main())


def test_it_is_told_as_a_rejection_by_its_policy() -> None:
    """Else an operation that is turned away without a request looks as if an open breaker had not been told of."""

    async def main() -> None:
        bench = Bench(retry=RetryConfig(max_retries=1))
        asking = asking_of()
        with pytest.raises(RenewalPaused) as caught:
            await bench.call(Vendor(paused()), asking)
        assert [each.outcome for each in bench.told(Kind.CALL_REJECTED)] == ["renewal", "renewal"]
        assert asking.told is caught.value  # whoever stands around it does not tell of it again
        assert not asking.may_have_effect

    virtually(main())


def test_where_something_was_sent_before_it_in_the_same_attempt_the_doubt_stays() -> None:
    async def main() -> None:
        bench, error = Bench(retry=NO_RETRY), paused()
        error.may_have_effect = True
        asking = asking_of()
        with pytest.raises(RenewalPaused):
            await bench.call(Vendor(error), asking)
        assert asking.may_have_effect
        assert not bench.told(Kind.CALL_REJECTED)

    virtually(main())
