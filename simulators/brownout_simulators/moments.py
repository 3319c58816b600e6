"""Instants in the handling of a call that somebody waits for, and calls that are held there until something was done.

    received ─▶ the vendor's work ─▶ committed ─▶ the answer goes out ─▶ answered
        └── may be held ──┘              └── may be held

What is held goes on when it is let go, or when it was held for too long, which is told. When the last byte of an answer
is out there is nothing left to hold. Sans-I/O: a held call looks again after a while; the one who watches is told at
once, before anything else happens.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from brownout_simulators.clock import Clock
from brownout_simulators.faults.fault import require
from brownout_simulators.faults.plan import Subject, matches
from brownout_simulators.faults.rule import Match, Matcher
from brownout_simulators.outsiders import outsider_of

RECEIVED: Final = "received"
COMMITTED: Final = "committed"
ANSWERED: Final = "answered"
NOTHING: Final = ""
"""No moment: a call whose work came to no effect."""
MOMENTS: Final = (RECEIVED, COMMITTED, ANSWERED)

LOOK_EVERY_S: Final = 0.005
HOLD_LIMIT_S: Final = 10.0
"""Longer than it takes to end a process on a busy machine. Then the call goes on, and what was to be done came late."""


class Handled(Protocol):
    """A call on its way through the engine."""

    def subject(self) -> Subject:
        """What can be matched."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What somebody waits for: the nth time that a call which matches comes to `moment` within the stretch."""

    id: str
    match: Match
    moment: str
    nth: int = 1
    start_s: float
    """Of the machine's clock, as `end_s`, which is excluded."""
    end_s: float
    holds: bool = False
    """Whether the call waits there until it is let go."""

    def __post_init__(self) -> None:
        require(self.moment in MOMENTS, f"moment: one of {', '.join(MOMENTS)}")
        require(self.nth >= 1, f"nth: at least 1, got {self.nth}")
        require(0 <= self.start_s < self.end_s, f"0 <= start_s < end_s, got {self.start_s} and {self.end_s}")


class Waiting:
    """One watch, and how far it has come."""

    __slots__ = ("came", "held_until_s", "matcher", "was_held_too_long", "watch")

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.matcher = Matcher(watch.match)
        self.came = 0
        self.held_until_s: float | None = None
        """None: nothing is held there."""
        self.was_held_too_long = False

    @property
    def has_come(self) -> bool:
        """The moment, and not only others of its kind."""
        return self.came >= self.watch.nth

    def sees(self, one: Handled, moment: str, now_s: float) -> bool:
        """Whether it is this very time; counts it."""
        watch = self.watch
        if self.has_come or watch.moment != moment or not watch.start_s <= now_s < watch.end_s:
            return False
        subject = one.subject()
        if outsider_of(subject.headers) or not matches(self.matcher, subject):
            return False
        self.came += 1
        return self.has_come


class Moments:
    """One simulator's. Nobody waits for anything until told."""

    def __init__(self, clock: Clock) -> None:
        self.on_come: Callable[[str], None] = lambda _watch_id: None
        """Called at the instant itself, with the watch's id, in the middle of the handling."""
        self.is_empty = True
        """Nobody waits for anything, as mostly. Looked at with every call."""
        self._clock = clock
        self._waiting: dict[str, Waiting] = {}

    def watch(self, watches: Iterable[Watch]) -> None:
        """These, in place of those before; what is held goes on."""
        self._waiting = {each.id: Waiting(each) for each in watches}
        self.is_empty = not self._waiting

    def waiting(self) -> Mapping[str, Waiting]:
        """By id, how far each has come."""
        return self._waiting

    def let_go(self, watch_id: str) -> bool:
        """What is held there goes on; False for an id that nobody watches."""
        waiting = self._waiting.get(watch_id)
        if waiting is None:
            return False
        waiting.held_until_s = None
        return True

    def tell(self, one: Handled, moment: str) -> list[Waiting]:
        """A call has come to this moment; returns those who waited for it."""
        now_s = self._clock.machine_s()
        seen = [each for each in self._waiting.values() if each.sees(one, moment, now_s)]
        for each in seen:
            if each.watch.holds and moment != ANSWERED:
                each.held_until_s = now_s + HOLD_LIMIT_S
            self.on_come(each.watch.id)
        return seen

    def hold(self, one: Handled, moment: str) -> Iterable[float]:
        """As `tell`; then seconds to wait for as long as the call is held."""
        return self._held(one, moment) if self._waiting and moment else ()

    def _held(self, one: Handled, moment: str) -> Generator[float, None, None]:
        for each in self.tell(one, moment):
            while each.held_until_s is not None and self._waiting.get(each.watch.id) is each:
                if self._clock.machine_s() >= each.held_until_s:
                    each.held_until_s, each.was_held_too_long = None, True
                    break
                yield LOOK_EVERY_S
