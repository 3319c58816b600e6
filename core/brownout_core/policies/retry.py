"""Whether to try again, and after how long. Reads what an error says of itself, never its class.

A retry needs all of: an error that says another attempt may help; an attempt that surely had no effect, or a call
that is idempotent; a retry left; a wish of the vendor (Retry-After) that is short enough to wait for in place.
The budget and the deadline have their own say, in the pipeline.
"""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from brownout_core.errors import BrownoutError, ConfigError
from brownout_core.policies.backoff import BackoffConfig, delay_s


class Judgement(NamedTuple):
    """What an error says to the policies; see `brownout_core.errors`."""

    retryable: bool
    may_have_effect: bool
    is_failure: bool
    retry_after_s: float | None = None


FOREIGN_FAILURE = Judgement(retryable=True, may_have_effect=True, is_failure=True)


def judge(error: Exception) -> Judgement | None:
    """What `error` says to the policies, or None where it says nothing: then it is no sample and never retried.

    An SDK's own exceptions say nothing, with one exception: `TimeoutError`, `ConnectionError` and every other
    `OSError` are failures of the vendor that may have had an effect.
    """
    if isinstance(error, BrownoutError):
        return Judgement(error.retryable, error.may_have_effect, error.is_failure, error.retry_after_s)
    if isinstance(error, OSError):  # TimeoutError and ConnectionError are OSErrors
        return FOREIGN_FAILURE
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryConfig(BackoffConfig):
    """How often, how soon, and how far a vendor's Retry-After is followed."""

    max_retries: int = 3  # attempts after the first; 0 = never retry
    honour_retry_after: bool = True  # the next attempt is never earlier than the vendor asked
    retry_after_cap_s: float = 60.0  # a longer wish ends the call at once: it is not waited for in place
    retry_after_spread: float = 0.2  # added on top, uniform, as a share of the wish: not everybody wakes at once

    def __post_init__(self) -> None:
        # Not super(): a slotted dataclass is a new class, which the zero-argument form does not know.
        BackoffConfig.__post_init__(self)
        if not 0 <= self.max_retries <= 20:
            raise ConfigError(f"max_retries must be in [0, 20], got {self.max_retries}")
        if not 0 <= self.retry_after_cap_s <= 86_400:
            raise ConfigError(f"retry_after_cap_s must be in [0, 86400], got {self.retry_after_cap_s}")
        if not 0.1 <= self.retry_after_spread <= 1:
            raise ConfigError(f"retry_after_spread must be in [0.1, 1], got {self.retry_after_spread}")


class Retry:
    """Decides on retries. Keeps no state but its random source, so one serves all calls of a vendor."""

    __slots__ = ("_config", "_rng")

    def __init__(self, config: RetryConfig, rng: Random) -> None:
        self._config = config
        self._rng = rng

    def delay_s(self, judgement: Judgement, *, attempt: int, idempotent: bool, previous_s: float) -> float | None:
        """Seconds to wait after the failed `attempt` (from 1), or None: do not try again.

        `idempotent` says whether doing the call twice has one effect; `previous_s` is the delay before this attempt
        (0 before the first).
        """
        config = self._config
        if attempt > config.max_retries or not judgement.retryable:
            return None
        if judgement.may_have_effect and not idempotent:
            return None
        backoff_s = delay_s(attempt, previous_s, config, self._rng)
        wish_s = judgement.retry_after_s if config.honour_retry_after else None
        if wish_s is None or wish_s < 0:
            return backoff_s
        if wish_s > config.retry_after_cap_s:
            return None
        return max(backoff_s, wish_s + self._rng.uniform(0.0, wish_s * config.retry_after_spread))
