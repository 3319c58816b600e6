"""A fallback stands in for a vendor that failed, never for a definitive no or an unknown effect."""

import pytest

from brownout_core import errors
from brownout_core.policies.fallback import Fallback, FallbackConfig
from tests.support.aio import virtually


async def _cached(error: Exception) -> str:
    return f"cached, because of {type(error).__name__}"


@pytest.mark.parametrize(
    ("error", "serves", "serves_unknown"),
    [
        (errors.BreakerOpen("m"), True, True),
        (errors.LimiterFull("m"), True, True),
        (errors.BulkheadFull("m"), True, True),
        (errors.DeadlineExceeded("m"), True, True),
        (errors.RetrySuppressed("m"), True, True),
        (errors.RetrySuppressed("m", may_have_effect=True), False, True),
        (errors.ConnectFailed("s", "o", "m"), True, True),
        (errors.Throttled("s", "o", "m"), True, True),
        (errors.VendorUnavailable("s", "o", "m"), False, True),
        (errors.AttemptTimeout("s", "o", "m"), False, True),
        (TimeoutError(), False, True),
        (errors.VendorRefused("s", "o", "m"), False, False),
        (errors.IdempotencyConflict("m"), False, False),
        (errors.DeadLettered("dl_1"), False, False),
        (ValueError(), False, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_stands_in_only_where_a_lesser_answer_is_no_lie(error: Exception, serves: bool, serves_unknown: bool) -> None:
    assert Fallback(_cached).serves(error) is serves
    assert Fallback(_cached, FallbackConfig(serve_unknown=True)).serves(error) is serves_unknown


def test_is_told_the_error_that_it_stands_in_for() -> None:
    assert virtually(Fallback(_cached).answer(errors.BreakerOpen("m"))) == "cached, because of BreakerOpen"
