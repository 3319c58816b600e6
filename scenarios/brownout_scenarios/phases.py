"""What goes wrong, and when: the stretches of a run, their faults, and what is done to the machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Final, Literal, TypeAlias

from brownout_scenarios.disks import Disk
from brownout_scenarios.limits import Limits
from brownout_scenarios.moments import Moment
from brownout_scenarios.replay import Replay
from brownout_scenarios.stores import STORE, Restore, Store
from brownout_scenarios.workload import Json, Rising

EXPECT_STRUCK = 1
"""A fault that strikes nothing was no experiment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of a phase, counted from the phase's start; of the whole run, for a fault of `always`."""

    start_s: float = 0.0
    end_s: float | None = None
    """Left out: until the phase ends."""


Layer: TypeAlias = Literal["vendor", "wire", "machine"]
"""Where a fault happens, and so who acts it out: inside a vendor's simulator, on a link, in the machine."""


@dataclass(frozen=True, slots=True)
class Link:
    """What one of the target's processes says to one of those that it depends on, and hears from it."""

    process: str
    """`gateway`, which is all of its copies, `gateway.1`, `target`, or one of `targets`."""
    peer: str
    """A vendor, `redis`, or one of the target's `upstreams`."""

    def __str__(self) -> str:
        return f"{self.process}→{self.peer}"


REDIS: Final = "redis"
"""The store, as the peer of a link."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault, as it is handed in."""

    source: type
    """A frozen dataclass: what may be written of it."""
    layer: Layer = "vendor"
    short: str = ""
    """The one field, a span, that may be written in place of all of them: `latency: 2s`."""
    needs: str = ""
    """A kind that has to be in force as well, for this one to have anything to strike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of a phase, or of the run: a rule for whoever acts it out, with its times still relative to that."""

    vendor: str
    """Empty where it befalls a link to something else."""
    vendors: tuple[str, ...] = ()
    """All of them, where it strikes several at once: the same operations, at the same instants."""
    kind: str
    layer: Layer = "vendor"
    link: Link | None = None
    """Of one on the wire."""
    window: Window
    rule: Mapping[str, Json]
    """What a simulator takes, without `id`, `vendor` and `window`."""
    expect_struck: int = EXPECT_STRUCK
    """Striking fewer requests than this (connections, on a link), it leaves the run inconclusive. 0: it may strike
    none."""
    text: str = ""
    """In words: `respond status 503 on 50% of POST /v1/payment_intents`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrive:
    """Dead letters are sent again, through the same pipeline."""

    operations: str | None = None
    """Only those of these operations' ids, a glob, each by hand; left out: all, in lots."""
    insist: bool = False
    """By hand: also what has failed so often that it is left to a person."""

    def __post_init__(self) -> None:
        if self.insist and self.operations is None:
            raise ValueError("insist: goes with operations: what is poison is sent again by hand")


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    """Dead letters are given up."""

    operations: str
    """Of these operations' ids, a glob."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """A breaker is moved by hand."""

    vendor: str
    to: Literal["open", "closed"]
    """Open it stays until it is closed by hand."""


Health: TypeAlias = Literal["healthy", "degraded", "unhealthy"]


Order: TypeAlias = Redrive | Discard | ByHand | Health
"""What an operator asks the application for."""
ORDERS: Final = ("redrive", "discard", "breaker", "health")
DONE: Final = ("kill", "stop", "pause", "start", "empty", "restore", "fill", "free", "starve", "feed")
VERBS: Final = (*DONE, *ORDERS, "clock")
LEAST_TAKEN: Final = 0.1
MOST_TAKEN: Final = 0.99
PROCESSES: Final = ("gateway", "target", "store")
Process: TypeAlias = Annotated[str, "a process"]
"""One of `PROCESSES`, or one of `targets`; of several of a kind one alone is `gateway.1`, `gateway` is all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something the harness does to the machine, or asks of the target, at an instant of a phase: exactly one."""

    at_s: float | None = None
    """Counted from the phase's start; left out: at its start."""
    on: Moment | None = None
    """Not by the clock: as soon as this has happened."""
    kill: Process | None = None
    """SIGKILL: nothing is said goodbye to."""
    stop: Process | None = None
    """SIGTERM: no new request is taken, and what is under way has a few seconds to end."""
    pause: Process | None = None
    """SIGSTOP: it runs nothing and keeps what it has, its connections too; what is sent to it waits."""
    start: Process | None = None
    """After a kill or a stop start it again, on the same port, with the same stores; after a pause it goes on."""
    empty: Store | None = None
    """Everything in it is gone (FLUSHALL)."""
    restore: Restore | None = None
    """It holds again what it held before."""
    fill: Disk | None = None
    """No room is left on it: what would be written there fails, what is there can be read."""
    free: Disk | None = None
    """There is room again."""
    starve: Process | None = None
    """Processor time is taken from it: in each tenth of a second it stands still for so much of it."""
    feed: Process | None = None
    """It has all of its time again."""
    taken: float | None = None
    """How much of its time; left out: 75%."""
    redrive: Redrive | None = None
    discard: Discard | None = None
    breaker: ByHand | None = None
    health: Health | None = None
    """The application is asked how it is, and is to say this."""
    clock: str | None = None
    """Whose clock is moved. A vendor's own: its tokens and idempotency keys expire, what it put off comes due.
    `gateway`, `target`: the wall clock that the application reads."""
    ahead_s: float | None = None
    """How far the clock is moved."""
    for_s: float | None = None
    """After so long it is started again, or goes on."""

    def __post_init__(self) -> None:
        done = [getattr(self, verb) for verb in DONE]
        if sum(part is not None for part in (*done, self.order, self.clock)) != 1 or len(self._orders) > 1:
            raise ValueError(f"an action is exactly one of {', '.join(VERBS)}")
        if (self.clock is None) != (self.ahead_s is None):
            raise ValueError("clock and ahead go together: write {clock: VENDOR, ahead: 25h}")
        takes_away = bool(self.kill or self.stop or self.pause)
        if self.for_s is not None:
            if not takes_away and self.fill is None and self.starve is None:
                raise ValueError("for: goes with what takes something away: kill, stop, pause, fill or starve")
            if self.for_s <= 0:
                raise ValueError("for: must be longer than 0s")
        if self.taken is not None and (self.starve is None or not LEAST_TAKEN <= self.taken <= MOST_TAKEN):
            raise ValueError(f"taken: {LEAST_TAKEN:g} to {MOST_TAKEN:g}, beside starve")
        if self.on is not None:
            self._check_on(takes_away=takes_away)

    def _check_on(self, *, takes_away: bool) -> None:
        if self.at_s is not None:
            raise ValueError("has at and on: an action happens at an instant, or on a moment")
        if self.restore is not None:
            raise ValueError("on: nobody knows beforehand when to take what is restored: say `at`")
        if not takes_away and self.empty is None:
            raise ValueError("on: goes with what takes something away: kill, stop, pause or empty")
        if takes_away and self.for_s is None:
            raise ValueError("on: say with `for` how long it is away: nobody knows beforehand when it begins")

    @property
    def process(self) -> Process | None:
        """What it is done to; None: to none."""
        if self.restore is not None:
            return STORE
        return self.kill or self.stop or self.pause or self.start or self.empty or self.starve or self.feed

    @property
    def disk(self) -> Disk | None:
        """The one that is filled or freed."""
        return self.fill or self.free

    @property
    def _orders(self) -> Mapping[str, Order]:
        return {name: each for name in ORDERS if (each := getattr(self, name)) is not None}

    @property
    def order(self) -> str | None:
        """What an operator asks the application for at its desk, as it is written: `discard`; None: nothing."""
        return next(iter(self._orders), None)

    @property
    def verb(self) -> str:
        """What is done to the process, or the disk, as it is written: `kill`; empty where it is done to none."""
        return next((verb for verb in DONE if getattr(self, verb) is not None), "")

    @property
    def ending(self) -> "Action | None":
        """What follows when its `for` is over."""
        if self.for_s is None:
            return None
        if self.fill is not None:
            return Action(free=self.fill)
        return Action(start=self.process) if self.starve is None else Action(feed=self.starve)

    @property
    def text(self) -> str:
        """In words, for progress and reports."""
        if self.order is not None:
            return _in_words(self._orders[self.order])
        if self.clock is not None:
            return f"move the clock of {self.clock} {self.ahead_s:g} s ahead"
        if self.restore is not None:
            return f"restore {STORE} from {self.restore.from_s:g} s before"
        if self.disk is not None:
            return f"{self.verb} the disk of the dead letters"
        return f"{self.verb} {self.process}"


def _in_words(order: Order) -> str:
    match order:
        case Redrive(operations=None):
            return "redrive dead letters"
        case Redrive(operations=operations, insist=insist):
            return f"redrive {operations} by hand{', insisting' if insist else ''}"
        case Discard(operations=operations):
            return f"discard {operations}"
        case ByHand(vendor=vendor, to=to):
            return f"{'open' if to == 'open' else 'close'} the breaker of {vendor} by hand"
        case _:
            return f"ask how it is: {order}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """An action on a moment, with the stretch of the run in which the moment may come."""

    id: str
    """`phase.index`, from 0, among the phase's actions."""
    action: Action
    moment: Moment
    start_s: float
    end_s: float

    @property
    def text(self) -> str:
        """In words: `kill gateway on POST * committed at stripe, number 3`."""
        return f"{self.action.text} on {self.moment.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A named stretch of the run."""

    name: str
    for_s: float
    """Its length."""
    rate_per_s: float | Rising | None = None
    """Replaces the workload's rate; `0/s` pauses arrivals; `{from: 40/s, to: 80/s}` rises or falls evenly."""
    faults: tuple[Fault, ...] = ()
    incident: Replay | None = None
    """A recorded incident, played again: `outage.csv`, or `{file: outage.csv, speed: 60}`."""
    replayed: tuple[Fault, ...] = field(default=(), metadata={"derived": True})
    """What that is."""
    actions: tuple[Action, ...] = ()
    limits: Mapping[str, Limits] = field(default_factory=dict)
    """Per vendor, limiters that hold while it lasts, each in place of the run's of its name; `false` has one off."""

    @property
    def is_quiet(self) -> bool:
        """Nothing goes wrong in it, nothing is done, and no limiter is another one than before."""
        return not (self.faults or self.replayed or self.actions or self.limits)

    def quieted(self) -> "Phase":
        """The same load, and nothing else."""
        return replace(self, faults=(), incident=None, replayed=(), actions=(), limits={})
