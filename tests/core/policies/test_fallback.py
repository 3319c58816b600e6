"""A fallback stands in for a vendor that failed, never for a definitive no or an unknown effect."""

import pytest

from brownout_core import errors
from brownout_core.asking import Asking
from brownout_core.policies.fallback import Fallback, FallbackConfig
from brownout_core.telemetry import Event, Kind
from tests.support.aio import virtually
from tests.support.pipelines import NO_RETRY, Bench, Vendor, asking_of, lost, not_sent, refused, throttled, unavailable


async def _cached(error: Exception) -> str:
    return f"cached, because of {type(error).__name__}"


@pytest.mark.parametrize(
    ("error", "in_doubt", "serves", "serves_unknown"),
    [
        (errors.BreakerOpen("m"), False, True, True),
        (errors.BreakerOpen("m"), True, False, True),
        (errors.LimiterFull("m"), False, True, True),
        (errors.BulkheadFull("m"), False, True, True),
        (errors.DeadlineExceeded("m"), False, True, True),
        (errors.RetrySuppressed("m"), False, True, True),
        (errors.RetrySuppressed("m", may_have_effect=True), True, False, True),
        (errors.ConnectFailed("s", "o", "m"), False, True, True),
        (errors.ConnectFailed("s", "o", "m"), True, False, True),
        (errors.Throttled("s", "o", "m"), False, True, True),
        (errors.VendorUnavailable("s", "o", "m"), True, False, True),
        (errors.AttemptTimeout("s", "o", "m"), True, False, True),
        (TimeoutError(), True, False, True),
        (errors.QuotaExhausted("s", "o", "m"), False, True, True),
        (errors.AuthenticationFailed("s", "o", "m"), True, False, True),
        (errors.VendorRefused("s", "o", "m"), False, False, False),
        (errors.ContentWithheld("s", "o", "m"), False, False, False),
        (errors.IdempotencyConflict("m"), False, False, False),
        (errors.DeadLettered("dl_1"), False, False, False),
        (ValueError(), False, False, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_stands_in_only_where_a_lesser_answer_is_no_lie(
    error: Exception, in_doubt: bool, serves: bool, serves_unknown: bool
) -> None:
    asking = Asking()
    if in_doubt:
        asking.may_have_sent = True
    assert Fallback(_cached).serves(error, asking) is serves
    assert Fallback(_cached, FallbackConfig(serve_unknown=True)).serves(error, asking) is serves_unknown


def test_answers_for_a_vendor_that_is_down_and_tells_of_it() -> None:
    async def main() -> None:
        bench, told = Bench(retry=NO_RETRY), list[Event]()

        async def ask(vendor: Vendor, *, is_read: bool = False, **config: bool) -> str:
            asking = asking_of()
            fallback = Fallback(_cached, FallbackConfig(**config), sink=told.append)
            return await fallback.serve(
                asking, lambda: bench.pipeline.call(asking, "price", vendor, idempotent=True, is_read=is_read)
            )

        assert await ask(Vendor("fresh")) == "fresh"
        assert await ask(Vendor(throttled())) == "cached, because of Throttled"
        assert await ask(Vendor(not_sent())) == "cached, because of ConnectFailed"
        with pytest.raises(errors.VendorUnavailable):
            await ask(Vendor(unavailable()))
        assert await ask(Vendor(unavailable()), serve_unknown=True) == "cached, because of VendorUnavailable"
        # A read that is lost has done nothing: there is nothing to be unsure of.
        assert await ask(Vendor(lost()), is_read=True) == "cached, because of ConnectionLost"
        with pytest.raises(errors.VendorRefused):
            await ask(Vendor(refused()), serve_unknown=True)
        assert [(event.kind, event.outcome, event.operation_id) for event in told] == [
            (Kind.FALLBACK_SERVED, outcome, "op_1")
            for outcome in ("throttled", "connect_failed", "vendor_unavailable", "connection_lost")
        ]

    virtually(main())
