"""The client's own rate limiter: a token bucket, so that a vendor's limit is not found out by hitting it.

For all instants s < t: tokens granted in (s, t] <= capacity + refill_per_s x (t - s).
"""

from dataclasses import dataclass
from math import inf

from brownout_core.errors import ConfigError, LimiterFull


@dataclass(frozen=True, slots=True, kw_only=True)
class LimiterConfig:
    """How many attempts may leave, and how long one may wait for its turn."""

    capacity: int = 50  # tokens in a full bucket: the largest burst
    refill_per_s: float = 25.0  # tokens per second: the lasting rate
    max_wait_s: float = 1.0  # the longest wait for a token, deadline permitting; 0 = never wait

    def __post_init__(self) -> None:
        if not 1 <= self.capacity <= 1_000_000:
            raise ConfigError(f"capacity must be in [1, 1000000], got {self.capacity}")
        if not 0 < self.refill_per_s <= 1_000_000:
            raise ConfigError(f"refill_per_s must be in (0, 1000000], got {self.refill_per_s}")
        if not 0 <= self.max_wait_s <= 3_600:
            raise ConfigError(f"max_wait_s must be in [0, 3600], got {self.max_wait_s}")


class Limiter:
    """One vendor's bucket, shared by all calls to it. For one event loop; not thread-safe.

    A token may be reserved ahead: the bucket goes below zero and the caller is told how long to wait. Turns are in
    the order of asking. Who gives up while waiting loses the token: giving it back could let two leave at once.
    """

    __slots__ = ("_capacity", "_max_wait_s", "_refill_per_s", "_tokens", "_updated_at_s")

    def __init__(self, config: LimiterConfig) -> None:
        self._capacity = float(config.capacity)
        self._refill_per_s = config.refill_per_s
        self._max_wait_s = config.max_wait_s
        self._tokens = self._capacity
        self._updated_at_s = -inf

    def reserve(self, now_s: float, within_s: float) -> float:
        """Take a token and return the seconds to wait before using it; 0 means now.

        `within_s` is the time that the caller has left; the wait is never longer than that or than `max_wait_s`.

        Raises:
            LimiterFull: no token within that time, and none was taken; `retry_after_s` says when there will be one.
        """
        tokens = self._tokens
        if now_s > self._updated_at_s:
            tokens = min(self._capacity, tokens + (now_s - self._updated_at_s) * self._refill_per_s)
            self._updated_at_s = now_s
        if tokens >= 1.0:
            self._tokens = tokens - 1.0
            return 0.0
        self._tokens = tokens
        wait_s = (1.0 - tokens) / self._refill_per_s
        if wait_s > self._max_wait_s or wait_s > within_s:
            raise LimiterFull("no token in time", retry_after_s=wait_s)
        self._tokens = tokens - 1.0
        return wait_s
