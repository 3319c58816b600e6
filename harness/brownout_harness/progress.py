"""What a run tells while it runs."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

RECENT_S = 3.0
"""What is told of "now" is of so many seconds: less jumps about, more hides a fault that has begun."""

WITHOUT_LOAD = ("starting", "judging", "drawing")
"""Phases in which nobody asks for anything: of them there is nothing to tell but their name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A look at a run; both modes make these, the terminal shows them."""

    phase: str
    """A phase's name, `draining`, `collecting`, or one of `WITHOUT_LOAD`."""
    at_s: float = 0.0
    """Seconds since the run's start; negative before it."""
    duration_s: float = 0.0
    """How long all phases take together."""
    offered_per_s: float = 0.0
    """Operations that were asked for, over the last seconds (`RECENT_S`), in both modes."""
    achieved_per_s: float = 0.0
    """Operations that ended, over the same seconds."""
    success_share: float | None = None
    """Done, of those; None while there are none."""
    in_flight: int = 0
    breakers: Mapping[str, str] = field(default_factory=dict)
    """By vendor, as the target reports it."""
    faults: tuple[str, ...] = ()
    """Those in force now, in words."""
    said: str = ""
    """A line to be shown once, and to stay; then this is no look at the run."""


ProgressSink = Callable[[Progress], None]
"""Called a few times a second; must not block and must not raise."""


def is_redrawn(console: "Console") -> bool:
    """Whether what goes on is shown in place. A pipe, and a terminal that cannot go back, get lines."""
    return console.is_terminal and not console.is_dumb_terminal


def say(progress: ProgressSink | None, phase: str) -> None:
    """That one of `WITHOUT_LOAD` has begun, to whoever watches."""
    if progress is not None:
        progress(Progress(phase=phase))


@dataclass(frozen=True, slots=True)
class Counted:
    """What had come of the load by an instant of the run, from its start on."""

    at_s: float
    offered: int
    ended: int
    done: int


class Recent:
    """How the load fares now: what its counts grew by over the last seconds. Both modes tell by it."""

    def __init__(self) -> None:
        self._looks: deque[Counted] = deque()

    def look(self, counted: Counted) -> None:
        """Take one look; the instants may not go backwards."""
        self._looks.append(counted)
        # The oldest that is kept is as old as the span, or older: a look that comes late has one to be held against.
        while len(self._looks) > 2 and counted.at_s - self._looks[1].at_s >= RECENT_S:
            self._looks.popleft()

    @property
    def offered_per_s(self) -> float:
        """Asked for."""
        return self._per_s(self._grown.offered)

    @property
    def achieved_per_s(self) -> float:
        """Ended, in whatever way."""
        return self._per_s(self._grown.ended)

    @property
    def success_share(self) -> float | None:
        """Done, of those that ended; None where none did."""
        grown = self._grown
        return grown.done / grown.ended if grown.ended > 0 else None

    @property
    def _grown(self) -> Counted:
        if not self._looks:
            return Counted(0.0, 0, 0, 0)
        first, last = self._looks[0], self._looks[-1]
        return Counted(
            last.at_s - first.at_s, last.offered - first.offered, last.ended - first.ended, last.done - first.done
        )

    def _per_s(self, count: int) -> float:
        span_s = self._grown.at_s
        return max(0.0, count / span_s) if span_s > 0 else 0.0
