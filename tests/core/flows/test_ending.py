"""Every error of ours has its place among the outcomes."""

import pytest

from brownout_core.errors import (
    AuthenticationFailed,
    BreakerOpen,
    BrownoutError,
    ConnectFailed,
    ConnectionLost,
    DeadLettered,
    DeadlineExceeded,
    IdempotencyConflict,
    KeyReused,
    RetrySuppressed,
    Throttled,
    VendorRefused,
)
from brownout_core.flows.ending import EndingStatus, done, ended


@pytest.mark.parametrize(
    ("error", "status", "http_status"),
    [
        (DeadLettered("dl_1"), EndingStatus.ACCEPTED, 202),
        (KeyReused("x"), EndingStatus.REFUSED, 422),
        (IdempotencyConflict("x", may_have_effect=True), EndingStatus.IN_PROGRESS, 409),
        (BreakerOpen("x"), EndingStatus.REFUSED, 503),
        (RetrySuppressed("x", may_have_effect=True), EndingStatus.UNKNOWN, 504),
        (RetrySuppressed("x"), EndingStatus.REFUSED, 503),
        (DeadlineExceeded("x", may_have_effect=True), EndingStatus.UNKNOWN, 504),
        (ConnectFailed("s", "o", "x"), EndingStatus.REFUSED, 503),
        (ConnectionLost("s", "o", "x"), EndingStatus.UNKNOWN, 504),
        (Throttled("s", "o", "x", status=429), EndingStatus.REFUSED, 503),
        (AuthenticationFailed("s", "o", "x", status=401), EndingStatus.REFUSED, 503),
        (VendorRefused("s", "o", "x", status=402), EndingStatus.REFUSED, 402),
        (VendorRefused("s", "o", "x", status=404), EndingStatus.REFUSED, 422),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BrownoutError) else str(value),
)
def test_an_error_ends_an_operation_in_one_way(error: BrownoutError, status: EndingStatus, http_status: int) -> None:
    ending = ended("op-1", error, may_have_effect=error.may_have_effect)
    assert (ending.status, ending.http_status, ending.operation_id) == (status, http_status, "op-1")


@pytest.mark.parametrize(
    "error",
    [BreakerOpen("x"), ConnectFailed("s", "o", "x"), VendorRefused("s", "o", "x", status=402)],
    ids=lambda value: type(value).__name__,
)
def test_what_may_have_been_done_is_never_called_refused(error: BrownoutError) -> None:
    """Whatever the last error was: an earlier asking, or an earlier call, may have had its effect."""
    ending = ended("op-1", error, may_have_effect=True)
    assert (ending.status, ending.http_status) == (EndingStatus.UNKNOWN, 504)


def test_the_body_says_what_the_caller_needs() -> None:
    assert done("op-1", {"payment_intent": "pi_1"}, 200).body() == {
        "status": "done",
        "operation_id": "op-1",
        "payment_intent": "pi_1",
    }
    assert ended("op-1", DeadLettered("dl_1"), may_have_effect=True).body() == {
        "status": "accepted",
        "operation_id": "op-1",
        "dead_letter_id": "dl_1",
    }
    assert ended("op-1", BreakerOpen("the breaker is open"), may_have_effect=False).body() == {
        "status": "refused",
        "operation_id": "op-1",
        "code": "breaker_open",
        "message": "the breaker is open",
    }
