"""Throttle: 429 in the vendor's words, with a token bucket behind it."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike, require, require_seconds
from brownout_simulators.faults.http_date import retry_after_header
from brownout_simulators.limiter import Buckets


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle(Fault):
    """Refuse with 429 before any work: every call that the rule strikes, or those that find no token."""

    stage: ClassVar[Stage] = Stage.ANSWER

    rate_per_s: float = 0.0
    """Tokens per second and account; 0: no bucket, every call is refused."""
    burst: float = 1.0
    """Tokens that the bucket holds; it starts full."""
    retry_after_s: float | None = None
    """Insists on a Retry-After header with this much. Without it, the vendor is told the bucket's own wait, and says
    it or not, as it does."""
    retry_after_form: Literal["seconds", "date"] = "seconds"
    reason: str = "rate"
    """Handed to the vendor: the name of one of its limits, where it tells them apart."""

    def __post_init__(self) -> None:
        require(0 <= self.rate_per_s < float("inf"), f"throttle.rate_per_s: at least 0, got {self.rate_per_s}")
        require(1 <= self.burst < float("inf"), f"throttle.burst: at least 1, got {self.burst}")
        require_seconds("throttle.retry_after_s", self.retry_after_s)

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance
        if on.is_answered:
            return False
        wait_s: float | None = None
        if self.rate_per_s > 0:
            if memory.buckets is None:
                memory.buckets = Buckets(self.rate_per_s, self.burst)
            wait_s = memory.buckets.of(on.account, on.now_s).take(on.now_s)
            if wait_s == 0.0:
                return False
        if self.retry_after_s is not None:
            wait_s = self.retry_after_s
        on.answer = on.errors.throttled(on.call, wait_s, self.reason)
        if self.retry_after_s is not None:
            for name in [name for name in on.answer.headers if name.lower() == "retry-after"]:
                del on.answer.headers[name]
            on.answer.headers["retry-after"] = retry_after_header(self.retry_after_s, self.retry_after_form, on.wall_s)
        return True
