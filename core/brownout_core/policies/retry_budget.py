"""How many retries a vendor's traffic may afford: a share of the calls that it answers, plus a small reserve.

One budget per vendor, shared by all calls to it. For every stretch of `window_s` or less:
`retries <= ratio x answered calls + reserve`, also a stretch in which traffic fell silent: credit is not saved up
beyond half the reserve, so a burst of retries cannot be paid by calls that ended long ago.

Answers pay, and not attempts: what fails affords nothing, so retries fade as an outage goes on, and what one window
brings of the reserve is less than a vendor that is asked in probes alone would notice.
"""

from dataclasses import dataclass

from brownout_core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryBudgetConfig:
    """The share of calls that may be retries."""

    ratio: float = 0.2  # retries per call that was answered
    reserve: float = 10.0  # retries in any window beyond the ratio, so that a quiet client may retry too
    window_s: float = 60.0  # the stretch over which the reserve is counted

    def __post_init__(self) -> None:
        if not 0 <= self.ratio <= 10:
            raise ConfigError(f"ratio must be in [0, 10], got {self.ratio}")
        if not 1 <= self.reserve <= 1_000_000:
            raise ConfigError(f"reserve must be in [1, 1000000], got {self.reserve}")
        if not 0.1 <= self.window_s <= 3_600:
            raise ConfigError(f"window_s must be in [0.1, 3600], got {self.window_s}")


class RetryBudget:
    """A token bucket: `ratio` tokens per answered call, the rest of the reserve over time, one token per retry.

    Holds at most max(1, reserve / 2) and gains reserve minus that per window, so that a full bucket spent at once
    and all that flows in during one window are the reserve together. For one event loop; not thread-safe.
    """

    __slots__ = ("_capacity", "_ratio", "_refill_per_s", "_tokens", "_updated_at_s")

    def __init__(self, config: RetryBudgetConfig) -> None:
        self._capacity = max(1.0, config.reserve / 2)
        self._refill_per_s = (config.reserve - self._capacity) / config.window_s
        self._ratio = config.ratio
        self._tokens = self._capacity
        self._updated_at_s: float | None = None

    def answered(self, now_s: float) -> None:
        """The vendor answered a call, with what was asked for or a definitive no: it pays in for the retries."""
        self._deposit(self._ratio, now_s)

    def try_retry(self, now_s: float) -> bool:
        """Take one retry out of the budget; False, and nothing taken, where there is none."""
        self._deposit(0.0, now_s)
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def _deposit(self, more: float, now_s: float) -> None:
        tokens = self._tokens
        if self._updated_at_s is not None and now_s > self._updated_at_s:
            tokens += (now_s - self._updated_at_s) * self._refill_per_s
        self._tokens = min(self._capacity, tokens + more)
        self._updated_at_s = now_s
