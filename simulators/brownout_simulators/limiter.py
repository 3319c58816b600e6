"""Token buckets and counts of calls in flight, per account or per whatever a vendor's limit says."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from brownout_simulators.call import Call, LimitState, Reply
from brownout_simulators.spelling import named, shown
from brownout_simulators.vendor import Limit

BUCKETS_LIMIT = 100_000
FIGURE_LIMIT = 1e12
LONGEST_WAIT_S = 366 * 86_400.0
"""Nobody is told to wait for longer."""
_ROUNDING_S = 1e-6
"""So much earlier counts as the instant: sums of seconds since 1970 are no more exact."""


class TokenBucket:
    """Holds up to `burst` tokens, refilled continuously. Starts full. A call takes one, or as many as it costs."""

    __slots__ = ("_at_s", "_tokens", "burst", "rate_per_s")

    def __init__(self, rate_per_s: float, burst: float, now_s: float) -> None:
        self.rate_per_s = rate_per_s
        self.burst = burst
        self._tokens = burst
        self._at_s = now_s

    def take(self, now_s: float, cost: float = 1.0) -> float:
        """0.0 if so many tokens were taken; else, with nothing taken, the seconds until there are as many."""
        tokens = self.tokens(now_s)
        if tokens >= cost:
            self._tokens = tokens - cost
            return 0.0
        return min(LONGEST_WAIT_S, (cost - tokens) / self.rate_per_s) if self.rate_per_s > 0 else LONGEST_WAIT_S

    def refill(self, now_s: float, flowed: Callable[[float, float], float]) -> None:
        """As many tokens as have `flowed` in, from when it was looked at last until now, where the rate moves."""
        if now_s > self._at_s:
            self._tokens = min(self.burst, self._tokens + flowed(self._at_s, now_s))
            self._at_s = now_s

    def give_back(self, cost: float = 1.0) -> None:
        """Put back the tokens that were taken last."""
        self._tokens = min(self.burst, self._tokens + cost)

    def tokens(self, now_s: float) -> float:
        """Tokens there now."""
        if now_s > self._at_s:
            self._tokens = min(self.burst, self._tokens + (now_s - self._at_s) * self.rate_per_s)
            self._at_s = now_s
        # Sums of small refills fall short of a whole token by rounding; a client that waited as told must pass.
        return self._tokens + 1e-9

    def state(self, now_s: float) -> LimitState:
        """How full it is, and how long until it is full again."""
        tokens = self.tokens(now_s)
        missing = self.burst - tokens
        full_in_s = min(LONGEST_WAIT_S, missing / self.rate_per_s) if missing > 1e-6 and self.rate_per_s > 0 else 0.0
        return LimitState(self.burst, tokens, full_in_s)


class Window:
    """Holds `burst` tokens; what was taken is there again, all at once, at the instants that `next_s` names."""

    __slots__ = ("_next_s", "_tokens", "_until_s", "burst")

    def __init__(self, burst: float, now_s: float, next_s: Callable[[float], float]) -> None:
        self.burst = burst
        self._tokens = burst
        self._next_s = next_s
        self._until_s = next_s(now_s)

    def take(self, now_s: float, cost: float = 1.0) -> float:
        """0.0 if so many tokens were taken; else, with nothing taken, the seconds until all are there again."""
        if self.tokens(now_s) < cost:
            return min(LONGEST_WAIT_S, self._until_s - now_s)
        self._tokens -= cost
        return 0.0

    def give_back(self, cost: float = 1.0) -> None:
        """Put back the tokens that were taken last."""
        self._tokens = min(self.burst, self._tokens + cost)

    def tokens(self, now_s: float) -> float:
        """Tokens there now."""
        if now_s >= self._until_s - _ROUNDING_S:
            self._tokens, self._until_s = self.burst, self._next_s(now_s + _ROUNDING_S)
        return self._tokens

    def state(self, now_s: float) -> LimitState:
        """How full it is, and how long until it is full again."""
        tokens = self.tokens(now_s)
        return LimitState(self.burst, tokens, self._until_s - now_s if tokens < self.burst else 0.0)


class Buckets:
    """One bucket per key; the one that was made first is forgotten when there are too many."""

    def __init__(self, rate_per_s: float, burst: float, next_s: Callable[[float], float] | None = None) -> None:
        self.rate_per_s = rate_per_s
        self.burst = max(1.0, burst)
        self._next_s = next_s
        self._buckets: OrderedDict[str, TokenBucket | Window] = OrderedDict()

    def of(self, key: str, now_s: float) -> TokenBucket | Window:
        """The bucket of `key`, full if it is new."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if self._next_s is None:
                bucket = TokenBucket(self.rate_per_s, self.burst, now_s)
            else:
                bucket = Window(self.burst, now_s, self._next_s)
            self._buckets[key] = bucket
            if len(self._buckets) > BUCKETS_LIMIT:
                self._buckets.popitem(last=False)
        return bucket


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A limit said no. `retry_after_s` is None where waiting is no cure that can be computed (calls in flight), or none
    at all: the call costs more than the bucket ever holds."""

    name: str
    retry_after_s: float | None
    state: LimitState
    """How far the limit was used when it said so."""


class _Gauge:
    """One limit with the figures of one stretch of time, and how far it is used under each key.

    `flying` counts the calls in flight by key. The gauges of one limit share it: who came before the figures changed is
    still there afterwards. None: nobody bounds them.
    """

    __slots__ = ("_buckets", "_flying", "concurrency", "cost_of", "is_on", "key_of", "name", "of_effects", "spent_by")

    def __init__(self, limit: Limit, flying: dict[str, int] | None, epoch_s: float, *, is_on: bool) -> None:
        self.name = limit.name
        self.key_of = limit.key_of
        self.cost_of = limit.cost_of
        self.of_effects = limit.of_effects
        self.spent_by = limit.spent_by
        self.is_on = is_on
        """Off, it only counts."""
        self._buckets: Buckets | None = None
        renews_at = limit.renews_at
        if is_on and renews_at is not None:
            self._buckets = Buckets(0.0, limit.burst, lambda now_s: renews_at(epoch_s + now_s) - epoch_s)
        elif is_on and limit.rate_per_s > 0:
            self._buckets = Buckets(limit.rate_per_s, limit.burst)
        self.concurrency = limit.concurrency if is_on else 0
        self._flying = flying

    def take(self, key: str, now_s: float, cost: float) -> Exceeded | None:
        """Let a call in; or why not, and nothing was taken."""
        flying = 0 if self._flying is None else self._flying.get(key, 0)
        if self.concurrency and flying >= self.concurrency:
            return Exceeded(self.name, None, self.state(key, now_s))
        if self._buckets is not None:
            bucket = self._buckets.of(key, now_s)
            wait_s = bucket.take(now_s, cost)
            if wait_s:
                return Exceeded(self.name, wait_s if cost <= bucket.burst else None, bucket.state(now_s))
        if self._flying is not None:
            self._flying[key] = flying + 1
        return None

    def undo(self, key: str, now_s: float, cost: float) -> None:
        """Take back what `take` did: another limit has refused the call."""
        self.give_back(key, now_s, cost)
        self.leave(key)

    def give_back(self, key: str, now_s: float, cost: float) -> None:
        """Put back tokens that a call took; fewer than none, where it has used more."""
        if self._buckets is not None:
            self._buckets.of(key, now_s).give_back(cost)

    def leave(self, key: str) -> None:
        """A call that was let in is over."""
        if self._flying is not None:
            left = self._flying.get(key, 0) - 1
            if left > 0:
                self._flying[key] = left
            else:
                self._flying.pop(key, None)

    def state(self, key: str, now_s: float) -> LimitState:
        """How far it is used under this key."""
        if self._buckets is not None:
            return self._buckets.of(key, now_s).state(now_s)
        flying = 0 if self._flying is None else self._flying.get(key, 0)
        return LimitState(self.concurrency, max(0, self.concurrency - flying), 0.0)


Place = tuple[_Gauge, str, float]
"""What a call took of one limit, under one key: how many tokens."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start_s` (included) to `end_s` (excluded), in seconds since the schedule's start instant, these limits are
    on and no others."""

    start_s: float
    end_s: float
    limits: Mapping[str, Limit]

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s < float("inf"):
            raise ValueError(f"limits_during: 0 <= start_s < end_s, got {self.start_s} and {self.end_s}")


class Limiter:
    """The limits of a vendor that are on: none, until some are switched on. A call takes from all or from none.

    Buckets go by the vendor's clock, stretches by the machine's, as the windows of faults do; both are handed in.
    """

    def __init__(self, epoch_s: float = 0.0) -> None:
        """`epoch_s` added to the vendor's clock gives seconds since 1970."""
        self._epoch_s = epoch_s
        self.switch({})

    def switch(
        self, limits: Mapping[str, Limit], stretches: Sequence[Stretch] = (), *, start_at_s: float = 0.0
    ) -> None:
        """These, all unused, in place of those that are on; in each stretch, counted from `start_at_s`, its own, and
        afterwards these again, as time has left them. No two stretches overlap."""
        every = (limits, *(each.limits for each in stretches))
        bounded = {name: limit for each in every for name, limit in each.items() if limit.concurrency}
        flying: dict[str, dict[str, int]] = {name: {} for name in bounded}

        def gauges(on: Mapping[str, Limit]) -> Sequence[_Gauge]:
            counting = [
                _Gauge(bounded[name], flying[name], self._epoch_s, is_on=False) for name in bounded if name not in on
            ]
            return [
                *counting,
                *(_Gauge(limit, flying.get(name), self._epoch_s, is_on=True) for name, limit in on.items()),
            ]

        self.limits = limits
        """Those that are on outside of all stretches."""
        self.is_on = any(every)
        """Whether some are, now or at another time."""
        self._usual = gauges(limits)
        self._stretches = [
            (start_at_s + each.start_s, start_at_s + each.end_s, gauges(each.limits)) for each in stretches
        ]
        self._gauges: Sequence[_Gauge] = self._usual
        self._until_s = float("-inf") if stretches else float("inf")

    def _in_force(self, machine_s: float) -> Sequence[_Gauge]:
        if machine_s >= self._until_s:
            within = (gauges for start_s, end_s, gauges in self._stretches if start_s <= machine_s < end_s)
            self._gauges = next(within, self._usual)
            edges = [edge for start_s, end_s, _ in self._stretches for edge in (start_s, end_s) if edge > machine_s]
            self._until_s = min(edges, default=float("inf"))
        return self._gauges

    def enter(self, call: Call, account: str, now_s: float, machine_s: float) -> Exceeded | list[Place]:
        """Let the call in: what it took, which `leave` must be given when the call is over. Or the limit that refuses
        it; then nothing was taken from any."""
        taken: list[Place] = []
        for gauge in self._in_force(machine_s):
            key = gauge.key_of(call, account)
            if not key:
                continue
            cost = gauge.cost_of(call)
            exceeded = gauge.take(key, now_s, cost)
            if exceeded is not None:
                for earlier, its_key, its_cost in taken:
                    earlier.undo(its_key, now_s, its_cost)
                return exceeded
            taken.append((gauge, key, cost))
        return taken

    def leave(self, taken: Iterable[Place]) -> None:
        """The call that was let in is over."""
        for gauge, key, _ in taken:
            gauge.leave(key)

    def spare(self, taken: Iterable[Place], now_s: float) -> None:
        """The call leaves no effect: what limits `of_effects` have taken for it is there again. `now_s` is the vendor's
        clock."""
        for gauge, key, cost in taken:
            if gauge.of_effects:
                gauge.give_back(key, now_s, cost)

    def settle(self, taken: Iterable[Place], made: Reply | None, now_s: float) -> None:
        """The call is over: what it took for a reserve becomes what it has used. `now_s` is the vendor's clock."""
        for gauge, key, cost in taken:
            spent = None if gauge.spent_by is None else gauge.spent_by(made)
            if spent is not None:
                gauge.give_back(key, now_s, cost - spent)

    def states(self, call: Call, account: str, now_s: float, machine_s: float) -> dict[str, LimitState]:
        """How far each limit that is on and for this call is used now, by name."""
        return {
            gauge.name: gauge.state(key, now_s)
            for gauge in self._in_force(machine_s)
            if gauge.is_on and (key := gauge.key_of(call, account))
        }

    def names(self, machine_s: float) -> list[str]:
        """Of those that are on now."""
        return sorted(gauge.name for gauge in self._in_force(machine_s) if gauge.is_on)


def switched_on(known: Mapping[str, Limit], asked: Mapping[str, Any]) -> dict[str, Limit]:
    """The limits that `asked` names: `true` for the vendor's own figures, or a mapping that overrides some.

    Raises `ValueError` for a limit that the vendor does not have, or a figure that cannot be.
    """
    chosen = {}
    for name, wish in asked.items():
        if name not in known:
            raise ValueError(f"limits.{named(name)}: no such limit; there are {', '.join(sorted(known)) or 'none'}")
        if wish is False or wish is None:
            continue
        figures = {} if wish is True else wish
        if not isinstance(figures, Mapping) or set(figures) - {"rate_per_s", "burst", "concurrency"}:
            raise ValueError(f"limits.{name}: true, or a mapping of rate_per_s, burst, concurrency")
        for figure, value in figures.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= FIGURE_LIMIT:
                raise ValueError(f"limits.{name}.{figure}: a number from 0 to {FIGURE_LIMIT:.0e}, got {shown(value)}")
        if known[name].renews_at is not None and figures.get("rate_per_s"):
            raise ValueError(f"limits.{name}.rate_per_s: it is whole again at instants of its own, and has no rate")
        chosen[name] = replace(known[name], **figures)
    return chosen


def stretches_of(known: Mapping[str, Limit], asked: Iterable[Any]) -> list[Stretch]:
    """What holds for a while, each as `{"start_s": 10.0, "end_s": 20.0, "limits": {…}}`. Raises `ValueError`."""
    made: list[Stretch] = []
    for each in asked:
        given = each if isinstance(each, Mapping) else {}
        edges = given.get("start_s"), given.get("end_s")
        is_whole = given.keys() == {"start_s", "end_s", "limits"} and isinstance(given["limits"], Mapping)
        if not is_whole or any(isinstance(edge, bool) or not isinstance(edge, int | float) for edge in edges):
            raise ValueError(f"limits_during: objects of start_s, end_s and limits are needed, got {shown(each)}")
        made.append(Stretch(float(given["start_s"]), float(given["end_s"]), switched_on(known, given["limits"])))
    made.sort(key=lambda each: each.start_s)
    if any(later.start_s < earlier.end_s for earlier, later in pairwise(made)):
        raise ValueError("limits_during: two stretches overlap")
    return made
