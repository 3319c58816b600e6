"""How an operation ends, said once: the front door turns it into an answer, whoever calls a flow reads it in place."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from brownout_core.errors import (
    BrownoutError,
    ClaimsUnavailable,
    DeadLettered,
    IdempotencyConflict,
    KeyReused,
    VendorRefused,
)
from brownout_core.telemetry import outcome_of


class EndingStatus(StrEnum):
    """What the caller may rely on."""

    DONE = "done"
    ACCEPTED = "accepted"  # kept durably, as a dead letter or by the flow itself: it will be done
    REFUSED = "refused"  # it was not done, and will not be
    IN_PROGRESS = "in_progress"  # another asker holds the same operation: ask again
    UNKNOWN = "unknown"  # it may have been done, or may still be; ask again with the same id


class Ending(NamedTuple):
    """One operation's end."""

    status: EndingStatus
    operation_id: str
    http_status: int
    result: Mapping[str, Any] = MappingProxyType({})
    """What came of it, where it is done."""
    dead_letter_id: str = ""
    code: str = ""
    """The error in snake case, or the vendor's own code."""
    message: str = ""
    retry_after_s: float | None = None

    def body(self) -> dict[str, Any]:
        """The answer's JSON object, without what only a server can add (request id, timestamp)."""
        body: dict[str, Any] = {"status": self.status.value, "operation_id": self.operation_id, **self.result}
        if self.dead_letter_id:
            body["dead_letter_id"] = self.dead_letter_id
        if self.status not in {EndingStatus.DONE, EndingStatus.ACCEPTED}:
            body |= {"code": self.code, "message": self.message}
        return body


def done(operation_id: str, result: Mapping[str, Any], http_status: int) -> Ending:
    """It is done."""
    return Ending(status=EndingStatus.DONE, operation_id=operation_id, http_status=http_status, result=result)


def taken_on(operation_id: str, result: Mapping[str, Any]) -> Ending:
    """What is asked for is kept where it will be done from; `result` is what there is of it."""
    return Ending(status=EndingStatus.ACCEPTED, operation_id=operation_id, http_status=202, result=result)


def accepted(operation_id: str, dead_letter_id: str) -> Ending:
    """It is set aside durably."""
    return Ending(
        status=EndingStatus.ACCEPTED, operation_id=operation_id, http_status=202, dead_letter_id=dead_letter_id
    )


def ended(operation_id: str, error: BrownoutError, *, may_have_effect: bool) -> Ending:
    """How an operation ended that failed and was not set aside. `may_have_effect` is its asking's word."""
    if isinstance(error, DeadLettered):
        return accepted(operation_id, error.dead_letter_id)
    status, http_status = _reading(error, may_have_effect=may_have_effect)
    return Ending(
        status=status,
        operation_id=operation_id,
        http_status=http_status,
        code=getattr(error, "code", None) or outcome_of(error),
        message=str(error),
        retry_after_s=error.retry_after_s,
    )


def _reading(error: BrownoutError, *, may_have_effect: bool) -> tuple[EndingStatus, int]:
    if isinstance(error, KeyReused):
        return EndingStatus.REFUSED, 422
    if isinstance(error, IdempotencyConflict):
        return EndingStatus.IN_PROGRESS, 409
    if isinstance(error, ClaimsUnavailable) and error.may_have_effect:
        return EndingStatus.UNKNOWN, 503
    if may_have_effect:
        return EndingStatus.UNKNOWN, 504
    if isinstance(error, VendorRefused):
        return EndingStatus.REFUSED, 402 if error.status == 402 else 422
    return EndingStatus.REFUSED, 503
