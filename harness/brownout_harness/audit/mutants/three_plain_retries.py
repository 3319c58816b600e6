"""Three retries and nothing else: what a client has that nobody has thought about. An overload that it meets stays."""

from random import Random

from brownout_core.compose import Replacements
from brownout_core.policies.breaker import BreakerConfig, Permit, State
from brownout_core.policies.bulkhead import BulkheadConfig
from brownout_core.policies.deadline import TimeoutConfig, Timeouts
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.retry import Judgement, Retry, RetryConfig
from brownout_core.policies.retry_budget import RetryBudgetConfig
from brownout_core.policies.settings import OnTransition
from brownout_harness.audit.mutant import Mutant, Part

RETRIES = 3
FAR_OFF_S = 60.0
"""Four attempts and their delays take a quarter of it."""


class _Plain(Retry):
    def delay_s(self, judgement: Judgement, *, attempt: int, idempotent: bool, previous_s: float) -> float | None:
        """Half a second, whatever has happened."""
        del previous_s
        wanted = attempt <= RETRIES and judgement.retryable and (idempotent or not judgement.may_have_effect)
        return 0.5 if wanted else None


class _AlwaysClosed:
    def state(self, _now_s: float) -> State:
        return State.CLOSED

    def acquire(self, _now_s: float) -> Permit:
        return Permit(0)

    def succeeded(self, permit: Permit, now_s: float, duration_s: float) -> None:
        """Nobody counts."""

    def failed(self, permit: Permit, now_s: float, duration_s: float) -> None:
        """Nobody counts."""

    def ignored(self, permit: Permit, now_s: float) -> None:
        """Nobody counts."""

    def abandoned(self, permit: Permit, now_s: float) -> None:
        """Nobody counts."""

    def open_remaining_s(self, _now_s: float) -> float:
        return 0.0

    def open_by_hand(self, now_s: float) -> None:
        """There is nothing to open."""

    def close_by_hand(self, now_s: float) -> None:
        """It is."""


class _Unlimited:
    """A budget, a limiter and a bulkhead that always have room."""

    def answered(self, now_s: float) -> None:
        """Nobody counts."""

    def try_retry(self, _now_s: float) -> bool:
        return True

    def reserve(self, _now_s: float, _within_s: float) -> float:
        return 0.0

    def try_enter(self) -> bool:
        return True

    async def enter(self, deadline_at_s: float) -> None:
        """There is always a place."""

    def leave(self) -> None:
        """Nobody counts."""


class _OfAttempts(Timeouts):
    def deadline_at_s(self, now_s: float, asked_at_s: float | None) -> float:
        """Nobody asks how long the caller still waits."""
        del asked_at_s
        return now_s + FAR_OFF_S


def _retry(_vendor: str, config: RetryConfig, rng: Random) -> Retry:
    return _Plain(config, rng)


def _breaker(_vendor: str, _config: BreakerConfig, _rng: Random, _tell: OnTransition | None) -> _AlwaysClosed:
    return _AlwaysClosed()


def _room(_vendor: str, _config: RetryBudgetConfig | LimiterConfig | BulkheadConfig) -> _Unlimited:
    return _Unlimited()


def _timeouts(_vendor: str, config: TimeoutConfig) -> Timeouts:
    return _OfAttempts(config)


MUTANT = Mutant(
    name="three-plain-retries",
    part=Part.RETRY,
    about="three retries and nothing else: no budget, no breaker, no deadline, no limit of its own",
    scenario="metastable",
    expectation="goodput",
    replacements=lambda: Replacements(
        retry=_retry, breaker=_breaker, budget=_room, limiter=_room, bulkhead=_room, timeouts=_timeouts
    ),
)
