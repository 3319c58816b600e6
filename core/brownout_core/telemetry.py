"""One stream of events about what the core does, and the protocol of its sinks.

Events are facts that already happened. They leave as they happen (`stores`-free, unbuffered sinks), so that what
the application said before a crash survives it. No event carries a secret or a request body.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What happened."""

    ATTEMPT_STARTED = "attempt_started"
    ATTEMPT_FINISHED = "attempt_finished"
    RETRY_SCHEDULED = "retry_scheduled"  # detail: delay in seconds
    RETRY_SUPPRESSED = "retry_suppressed"  # the budget was empty
    CALL_REJECTED = "call_rejected"  # outcome: the refusing policy
    CALL_FINISHED = "call_finished"
    BREAKER_TRANSITION = "breaker_transition"  # outcome: the new state; detail: "old->new: reason"
    IDEMPOTENCY = "idempotency"  # outcome: claimed, replayed, waited, taken_over, conflict
    FALLBACK_SERVED = "fallback_served"
    DEAD_LETTERED = "dead_lettered"  # detail: the dead letter's id
    REDRIVEN = "redriven"  # outcome: done, failed, discarded; detail: the dead letter's id
    NOTICE = "notice"  # of a vendor; outcome: taken, known (it says nothing further); detail: the event's name
    OPERATION_FINISHED = "operation_finished"  # outcome: done, accepted, dead_lettered, refused, unknown
    DEFECT = "defect"  # an error that nobody expected, told as a 500; outcome: its class; detail: the request's id
    STARTED = "started"  # the application (again) serves; outcome: the name of replaced parts; detail: its process id


class Event(NamedTuple):
    """One fact. Fields that do not apply are empty."""

    at_s: float
    """Loop time (monotonic seconds); the harness subtracts the run's start instant."""
    kind: Kind
    vendor: str = ""
    """The vendor's name, lower case: `stripe`."""
    call: str = ""
    """The guarded request or the operation's name: `create_payment_intent`, `pay`."""
    operation_id: str = ""
    """The business operation that this belongs to."""
    attempt: int = 0
    """Counted from 1; 0 where no attempt is meant."""
    outcome: str = ""
    """`ok`, or an error's class in snake case (`vendor_unavailable`), or a state; see `Kind`."""
    duration_s: float = 0.0
    detail: str = ""


Sink = Callable[[Event], None]
"""Takes an event at once, cheaply, and never raises. Several sinks are joined by `fan_out`."""


def fan_out(*sinks: Sink) -> Sink:
    """One sink that hands every event to each of `sinks`, in order."""
    if len(sinks) == 1:
        return sinks[0]

    def emit(event: Event) -> None:
        for sink in sinks:
            sink(event)

    return emit


_OUTCOMES: dict[type[BaseException], str] = {}


def outcome_of(error: BaseException) -> str:
    """The `outcome` that stands for an error: its class in snake case (`vendor_unavailable`), `cancelled`."""
    return outcome_name(type(error))


def outcome_name(kind: type[BaseException]) -> str:
    """The same, of every error of that class."""
    outcome = _OUTCOMES.get(kind)
    if outcome is None:
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.__name__).lower()
        outcome = _OUTCOMES[kind] = "cancelled" if words == "cancelled_error" else words
    return outcome
