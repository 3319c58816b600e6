"""Throttle: 429 in the vendor's words, with a token bucket behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

from brownout_simulators.call import Reply
from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike, require, require_seconds
from brownout_simulators.faults.http_date import retry_after_header
from brownout_simulators.faults.verbatim import put_on, require_headers
from brownout_simulators.limiter import Buckets, TokenBucket

KEYS_LIMIT: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrinking:
    """The bucket's rate moves in a straight line, from when the rule comes into force, and stays where it ends."""

    to_per_s: float
    over_s: float

    def __post_init__(self) -> None:
        require(self.to_per_s > 0, f"throttle.shrinks.to_per_s: above 0, got {self.to_per_s}")
        require_seconds("throttle.shrinks.over_s", self.over_s, above_0=True)

    def rate_per_s(self, from_per_s: float, after_s: float) -> float:
        """The rate so long after the rule has come into force."""
        part = min(1.0, max(0.0, after_s / self.over_s))
        return from_per_s + (self.to_per_s - from_per_s) * part

    def flowed(self, from_per_s: float, start_s: float, end_s: float) -> float:
        """Tokens between two instants, counted from when the rule came into force."""
        bend_s = min(max(self.over_s, start_s), end_s)
        falling = (self.rate_per_s(from_per_s, start_s) + self.rate_per_s(from_per_s, bend_s)) / 2 * (bend_s - start_s)
        return falling + self.to_per_s * (end_s - bend_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle(Fault):
    """Refuse with 429 before any work: every call that the rule strikes, or those that find no token."""

    stage: ClassVar[Stage] = Stage.ANSWER

    rate_per_s: float = 0.0
    """Tokens per second and account; 0: no bucket, every call is refused."""
    burst: float = 1.0
    """Tokens that the bucket holds; it starts full."""
    shrinks: Shrinking | None = None
    """The rate falls to a lower one, evenly: `{to: 2/s, over: 30s}`. A wait is told by the rate of that instant."""
    retry_after_s: float | None = None
    """Insists on a Retry-After header with this much. Without it, the vendor is told the bucket's own wait, and says
    it or not, as it does."""
    retry_after_form: Literal["seconds", "date"] = "seconds"
    means_s: float | None = None
    """How long it really refuses, whatever the header says: an operation from its first refusal on, then it passes."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Written word for word, in place of those of the same name: `{retry-after: soon}`."""
    reason: str = "rate"
    """Handed to the vendor: the name of one of its limits, where it tells them apart."""

    def __post_init__(self) -> None:
        require(0 <= self.rate_per_s < float("inf"), f"throttle.rate_per_s: at least 0, got {self.rate_per_s}")
        require(1 <= self.burst < float("inf"), f"throttle.burst: at least 1, got {self.burst}")
        lower = self.shrinks is None or self.shrinks.to_per_s < self.rate_per_s
        require(lower, "throttle.shrinks: to a lower rate than the bucket's own")
        require_seconds("throttle.retry_after_s", self.retry_after_s)
        require_seconds("throttle.means_s", self.means_s, above_0=True)
        require_headers("throttle.headers", self.headers)

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance
        if on.is_answered:
            return False
        key = on.key or on.account
        first_s = memory.firsts_s.get(key) if self.means_s is not None else None
        wait_s: float | None = None
        if first_s is not None and self.means_s is not None:
            wait_s = first_s + self.means_s - on.now_s
            if wait_s <= 0:
                return False
        elif self.rate_per_s > 0:
            wait_s = self._without_token_s(on, memory)
            if wait_s == 0.0:
                return False
        if first_s is None and self.means_s is not None:
            _note(memory.firsts_s, key, on.now_s)
        on.answer = self._answer(on, wait_s)
        put_on(on.answer.headers, self.headers)
        on.headers = self.headers
        return True

    def _without_token_s(self, on: Strike, memory: Memory) -> float:
        """How long until there is a token; 0 where there was one."""
        if memory.buckets is None:
            memory.buckets = Buckets(self.rate_per_s, self.burst)
        bucket = memory.buckets.of(on.account, on.now_s)
        if self.shrinks is not None and isinstance(bucket, TokenBucket):
            since_s = memory.since_s

            def flowed(start_s: float, end_s: float) -> float:
                return shrinks.flowed(self.rate_per_s, start_s - since_s, end_s - since_s)

            shrinks = self.shrinks
            bucket.refill(on.now_s, flowed)
            bucket.rate_per_s = shrinks.rate_per_s(self.rate_per_s, on.now_s - since_s)
        return bucket.take(on.now_s)

    def _answer(self, on: Strike, wait_s: float | None) -> Reply:
        if self.retry_after_s is not None:
            wait_s = self.retry_after_s
        answer = on.errors.throttled(on.call, wait_s, self.reason)
        if self.retry_after_s is not None:
            header = retry_after_header(self.retry_after_s, self.retry_after_form, on.wall_s)
            put_on(answer.headers, {"retry-after": header})
        return answer


def _note(firsts_s: dict[str, float], key: str, now_s: float) -> None:
    """Bounded: the oldest goes, and is refused anew."""
    firsts_s[key] = now_s
    if len(firsts_s) > KEYS_LIMIT:
        del firsts_s[next(iter(firsts_s))]
