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
from brownout_core.flows.outcome import OutcomeStatus, done, ended


@pytest.mark.parametrize(
    ("error", "status", "http_status"),
    [
        (DeadLettered("dl_1"), OutcomeStatus.ACCEPTED, 202),
        (KeyReused("x"), OutcomeStatus.REFUSED, 422),
        (IdempotencyConflict("x", may_have_effect=True), OutcomeStatus.IN_PROGRESS, 409),
        (BreakerOpen("x"), OutcomeStatus.REFUSED, 503),
        (RetrySuppressed("x", may_have_effect=True), OutcomeStatus.UNKNOWN, 504),
        (RetrySuppressed("x"), OutcomeStatus.REFUSED, 503),
        (DeadlineExceeded("x", may_have_effect=True), OutcomeStatus.UNKNOWN, 504),
        (ConnectFailed("s", "o", "x"), OutcomeStatus.REFUSED, 503),
        (ConnectionLost("s", "o", "x"), OutcomeStatus.UNKNOWN, 504),
        (Throttled("s", "o", "x", status=429), OutcomeStatus.REFUSED, 503),
        (AuthenticationFailed("s", "o", "x", status=401), OutcomeStatus.REFUSED, 503),
        (VendorRefused("s", "o", "x", status=402), OutcomeStatus.REFUSED, 402),
        (VendorRefused("s", "o", "x", status=404), OutcomeStatus.REFUSED, 422),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BrownoutError) else str(value),
)
def test_an_error_ends_an_operation_in_one_way(error: BrownoutError, status: OutcomeStatus, http_status: int) -> None:
    outcome = ended("op-1", error)
    assert (outcome.status, outcome.http_status, outcome.operation_id) == (status, http_status, "op-1")


def test_the_body_says_what_the_caller_needs() -> None:
    assert done("op-1", {"payment_intent": "pi_1"}, 200).body() == {
        "status": "done",
        "operation_id": "op-1",
        "payment_intent": "pi_1",
    }
    assert ended("op-1", DeadLettered("dl_1")).body() == {
        "status": "accepted",
        "operation_id": "op-1",
        "dead_letter_id": "dl_1",
    }
    assert ended("op-1", BreakerOpen("the breaker is open")).body() == {
        "status": "refused",
        "operation_id": "op-1",
        "code": "breaker_open",
        "message": "the breaker is open",
    }
