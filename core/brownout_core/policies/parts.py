"""The shapes of the policies: what the pipeline asks of each. Whatever has the shape can take the place.

The instants are the running loop's, in seconds.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from brownout_core.policies.breaker import Permit
from brownout_core.policies.retry import Judgement


class BreakerPart(Protocol):
    """Admits attempts and takes their results; see `policies.breaker.Breaker`."""

    def acquire(self, now_s: float) -> Permit: ...
    def succeeded(self, permit: Permit, now_s: float, duration_s: float) -> None: ...
    def failed(self, permit: Permit, now_s: float, duration_s: float) -> None: ...
    def ignored(self, permit: Permit, now_s: float) -> None: ...
    def abandoned(self, permit: Permit, now_s: float) -> None: ...
    def open_remaining_s(self, now_s: float) -> float: ...


class RetryPart(Protocol):
    """Decides whether and when to try again; see `policies.retry.Retry`."""

    def delay_s(self, judgement: Judgement, *, attempt: int, idempotent: bool, previous_s: float) -> float | None: ...


class BudgetPart(Protocol):
    """Pays for retries; see `policies.retry_budget.RetryBudget`."""

    def first_attempt(self, now_s: float) -> None: ...
    def try_retry(self, now_s: float) -> bool: ...


class LimiterPart(Protocol):
    """Grants tokens; see `policies.limiter.Limiter`."""

    def reserve(self, now_s: float, within_s: float) -> float: ...


class BulkheadPart(Protocol):
    """Grants places; see `policies.bulkhead.Bulkhead`."""

    def try_enter(self) -> bool: ...
    async def enter(self, deadline_at_s: float) -> None: ...
    def leave(self) -> None: ...


class TimeoutsPart(Protocol):
    """Says when calls and attempts must end; see `policies.deadline.Timeouts`."""

    def deadline_at_s(self, now_s: float, asked_at_s: float | None) -> float: ...
    def attempt_ends_at_s(self, now_s: float, deadline_at_s: float) -> float | None: ...
    def allows_attempt_at(self, starts_at_s: float, deadline_at_s: float) -> bool: ...


class Claims(Protocol):
    """Does work once per idempotency key, whoever asks however often."""

    async def run_once(self, key: str, fingerprint: str, work: Callable[[], Awaitable[bytes]]) -> bytes:
        """The work's result, or the result of the caller who did the work under this key before.

        Raises:
            IdempotencyConflict: the key is in use, or stands for another fingerprint.
        """
        ...


class DeadLetters(Protocol):
    """Keeps what could not be done, to be redriven."""

    async def set_aside(self, parcel: Any, error: Exception) -> str:
        """Keep `parcel`; returns the dead letter's id once it is durable, and never before."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorParts:
    """The policies that all calls to one vendor share. None = that policy is not there."""

    retry: RetryPart
    breaker: BreakerPart
    timeouts: TimeoutsPart
    budget: BudgetPart | None = None
    limiter: LimiterPart | None = None
    bulkhead: BulkheadPart | None = None
