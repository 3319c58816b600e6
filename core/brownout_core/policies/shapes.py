"""The shapes of the policies: what the pipeline asks of each. Whatever has the shape can take the place.

The instants are the running loop's, in seconds.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from brownout_core.policies.breaker import Permit, State
from brownout_core.policies.retry import Judgement


class BreakerShape(Protocol):
    """Admits attempts and takes their results; see `policies.breaker.Breaker`."""

    def state(self, now_s: float) -> State: ...
    def acquire(self, now_s: float) -> Permit: ...
    def succeeded(self, permit: Permit, now_s: float, duration_s: float) -> None: ...
    def failed(self, permit: Permit, now_s: float, duration_s: float) -> None: ...
    def ignored(self, permit: Permit, now_s: float) -> None: ...
    def abandoned(self, permit: Permit, now_s: float) -> None: ...
    def open_remaining_s(self, now_s: float) -> float: ...
    def open_by_hand(self, now_s: float) -> None: ...
    def close_by_hand(self, now_s: float) -> None: ...


class RetryShape(Protocol):
    """Decides whether and when to try again; see `policies.retry.Retry`."""

    def delay_s(self, judgement: Judgement, *, attempt: int, idempotent: bool, previous_s: float) -> float | None: ...


class BudgetShape(Protocol):
    """Pays for retries; see `policies.retry_budget.RetryBudget`."""

    def answered(self, now_s: float) -> None: ...
    def try_retry(self, now_s: float) -> bool: ...


class LimiterShape(Protocol):
    """Grants tokens; see `policies.limiter.Limiter`."""

    def reserve(self, now_s: float, within_s: float) -> float: ...


class BulkheadShape(Protocol):
    """Grants places; see `policies.bulkhead.Bulkhead`."""

    def try_enter(self) -> bool: ...
    async def enter(self, deadline_at_s: float) -> None: ...
    def leave(self) -> None: ...


class TimeoutsShape(Protocol):
    """Says when calls and attempts must end; see `policies.deadline.Timeouts`."""

    def deadline_at_s(self, now_s: float, asked_at_s: float | None) -> float: ...
    def attempt_ends_at_s(self, now_s: float, deadline_at_s: float, within_s: float | None = None) -> float | None: ...
    def allows_attempt_at(self, starts_at_s: float, deadline_at_s: float) -> bool: ...


class RenewalShape(Protocol):
    """Renews a credential that all calls share; see `policies.renewal.Renewal`."""

    async def renewed(self, call: str, fetch: Callable[[], Awaitable[str]]) -> str: ...
    def begin(self, call: str, fetch: Callable[[], Awaitable[str]]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The policies of one vendor, which all calls to it share. None = that policy is not there."""

    retry: RetryShape
    breaker: BreakerShape
    timeouts: TimeoutsShape
    budget: BudgetShape | None = None
    limiter: LimiterShape | None = None
    bulkhead: BulkheadShape | None = None
    renewal: RenewalShape | None = None
