"""Token buckets and counts of calls in flight, per account or per whatever a vendor's limit says."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from brownout_simulators.account import LimitState
from brownout_simulators.call import Call
from brownout_simulators.vendor import Limit

BUCKETS_LIMIT = 100_000


class TokenBucket:
    """Holds up to `burst` tokens, refilled continuously. Starts full."""

    __slots__ = ("_at_s", "_tokens", "burst", "rate_per_s")

    def __init__(self, rate_per_s: float, burst: float, now_s: float) -> None:
        self.rate_per_s = rate_per_s
        self.burst = burst
        self._tokens = burst
        self._at_s = now_s

    def take(self, now_s: float) -> float:
        """0.0 if a token was taken; else, with nothing taken, the seconds until there is one."""
        tokens = self.tokens(now_s)
        if tokens >= 1.0:
            self._tokens = tokens - 1.0
            return 0.0
        return (1.0 - tokens) / self.rate_per_s if self.rate_per_s > 0 else float("inf")

    def tokens(self, now_s: float) -> float:
        """Tokens there now."""
        if now_s > self._at_s:
            self._tokens = min(self.burst, self._tokens + (now_s - self._at_s) * self.rate_per_s)
            self._at_s = now_s
        # Sums of small refills fall short of a whole token by rounding; a client that waited as told must pass.
        return self._tokens + 1e-9

    def full_in_s(self, now_s: float) -> float:
        """Seconds until the bucket is full again."""
        missing = self.burst - self.tokens(now_s)
        return missing / self.rate_per_s if missing > 1e-6 and self.rate_per_s > 0 else 0.0


class Buckets:
    """One bucket per key; the one that was made first is forgotten when there are too many."""

    def __init__(self, rate_per_s: float, burst: float) -> None:
        self.rate_per_s = rate_per_s
        self.burst = max(1.0, burst)
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def of(self, key: str, now_s: float) -> TokenBucket:
        """The bucket of `key`, full if it is new."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(self.rate_per_s, self.burst, now_s)
            if len(self._buckets) > BUCKETS_LIMIT:
                self._buckets.popitem(last=False)
        return bucket


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A limit said no. `retry_after_s` is None where waiting is no cure that can be computed (calls in flight)."""

    name: str
    retry_after_s: float | None


class Limiter:
    """The limits of a vendor that are on. A call takes from all of them or from none."""

    def __init__(self, limits: Mapping[str, Limit]) -> None:
        self.limits = dict(limits)
        self._buckets = {name: Buckets(limit.rate_per_s, limit.burst) for name, limit in limits.items()}
        self._flying: dict[tuple[str, str], int] = {}

    def enter(self, call: Call, account: str, now_s: float) -> tuple[Exceeded | None, list[tuple[str, str]]]:
        """The limit that refuses the call, or None and what `leave` must be given when the call is over."""
        keys = [(limit, key) for limit in self.limits.values() if (key := limit.key_of(call, account))]
        for limit, key in keys:
            if limit.concurrency and self._flying.get((limit.name, key), 0) >= limit.concurrency:
                return Exceeded(limit.name, None), []
            if limit.rate_per_s > 0:
                bucket = self._buckets[limit.name].of(key, now_s)
                if bucket.tokens(now_s) < 1.0:
                    return Exceeded(limit.name, bucket.take(now_s)), []
        held = []
        for limit, key in keys:
            if limit.rate_per_s > 0:
                self._buckets[limit.name].of(key, now_s).take(now_s)
            if limit.concurrency:
                self._flying[limit.name, key] = self._flying.get((limit.name, key), 0) + 1
                held.append((limit.name, key))
        return None, held

    def leave(self, held: Iterable[tuple[str, str]]) -> None:
        """The call that was let in with `held` is over."""
        for place in held:
            left = self._flying.get(place, 0) - 1
            if left > 0:
                self._flying[place] = left
            else:
                self._flying.pop(place, None)

    def states(self, call: Call, account: str, now_s: float) -> dict[str, LimitState]:
        """What headers may tell of each limit that is for this call, after it."""
        states = {}
        for limit in self.limits.values():
            key = limit.key_of(call, account)
            if not key:
                continue
            if limit.rate_per_s > 0:
                bucket = self._buckets[limit.name].of(key, now_s)
                states[limit.name] = LimitState(bucket.burst, bucket.tokens(now_s), bucket.full_in_s(now_s))
            else:
                flying = self._flying.get((limit.name, key), 0)
                states[limit.name] = LimitState(limit.concurrency, max(0, limit.concurrency - flying), 0.0)
        return states


def switched_on(known: Mapping[str, Limit], asked: Mapping[str, Any]) -> dict[str, Limit]:
    """The limits that `asked` names: `true` for the vendor's own figures, or a mapping that overrides some.

    Raises `ValueError` for a limit that the vendor does not have, or a figure that cannot be.
    """
    chosen = {}
    for name, wish in asked.items():
        if name not in known:
            raise ValueError(f"limits.{name}: no such limit; there are {', '.join(sorted(known)) or 'none'}")
        if wish is False or wish is None:
            continue
        figures = {} if wish is True else wish
        if not isinstance(figures, Mapping) or set(figures) - {"rate_per_s", "burst", "concurrency"}:
            raise ValueError(f"limits.{name}: true, or a mapping of rate_per_s, burst, concurrency")
        for figure, value in figures.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
                raise ValueError(f"limits.{name}.{figure}: a number of at least 0, got {value!r}")
        chosen[name] = replace(known[name], **figures)
    return chosen
