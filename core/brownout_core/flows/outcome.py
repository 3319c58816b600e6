"""How an operation ends, said once: the gateway turns it into HTTP, virtual mode reads it in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from brownout_core.errors import BrownoutError, DeadLettered, IdempotencyConflict, KeyReused, VendorRefused
from brownout_core.telemetry import outcome_of


class OutcomeStatus(StrEnum):
    """What the caller may rely on."""

    DONE = "done"
    ACCEPTED = "accepted"  # set aside durably: it will be done
    REFUSED = "refused"  # it was not done, and will not be
    IN_PROGRESS = "in_progress"  # another asker holds the same operation: ask again
    UNKNOWN = "unknown"  # it may have been done, or may still be; ask again with the same id


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One operation's end."""

    status: OutcomeStatus
    operation_id: str
    http_status: int
    result: Mapping[str, Any] = field(default_factory=dict)
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
        if self.status not in {OutcomeStatus.DONE, OutcomeStatus.ACCEPTED}:
            body |= {"code": self.code, "message": self.message}
        return body


def done(operation_id: str, result: Mapping[str, Any], http_status: int) -> Outcome:
    """It is done."""
    return Outcome(status=OutcomeStatus.DONE, operation_id=operation_id, http_status=http_status, result=result)


def accepted(operation_id: str, dead_letter_id: str) -> Outcome:
    """It is set aside durably."""
    return Outcome(
        status=OutcomeStatus.ACCEPTED, operation_id=operation_id, http_status=202, dead_letter_id=dead_letter_id
    )


def ended(operation_id: str, error: BrownoutError) -> Outcome:
    """How an operation ended that failed and was not set aside."""
    if isinstance(error, DeadLettered):
        return accepted(operation_id, error.dead_letter_id)
    status, http_status = _reading(error)
    return Outcome(
        status=status,
        operation_id=operation_id,
        http_status=http_status,
        code=getattr(error, "code", None) or outcome_of(error),
        message=str(error),
        retry_after_s=error.retry_after_s,
    )


def _reading(error: BrownoutError) -> tuple[OutcomeStatus, int]:
    if isinstance(error, KeyReused):
        return OutcomeStatus.REFUSED, 422
    if isinstance(error, IdempotencyConflict):
        return OutcomeStatus.IN_PROGRESS, 409
    if error.may_have_effect:
        return OutcomeStatus.UNKNOWN, 504
    if isinstance(error, VendorRefused):
        return OutcomeStatus.REFUSED, 402 if error.status == 402 else 422
    return OutcomeStatus.REFUSED, 503
