"""What goes wrong, and when: the stretches of a run, their faults, and what is done to the machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NewType, TypeAlias

from brownout_scenarios.workload import Json, Rising

EXPECT_STRUCK = 1
"""A fault that strikes nothing was no experiment."""


RequestLine = NewType("RequestLine", str)
"""Which requests, on one line: `POST /v1/payment_intents`, `/v1/*`, `GET`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of a phase, counted from the phase's start; of the whole run, for a fault of `always`."""

    start_s: float = 0.0
    end_s: float | None = None
    """Left out: until the phase ends."""


Layer: TypeAlias = Literal["vendor", "wire", "machine"]
"""Where a fault happens, and so who acts it out: inside a vendor's simulator, on a link, in the machine."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault, as it is handed in."""

    source: type
    """A frozen dataclass: what may be written of it."""
    layer: Layer = "vendor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of a phase, or of the run: a rule for whoever acts it out, with its times still relative to that."""

    vendor: str
    kind: str
    layer: Layer = "vendor"
    window: Window
    rule: Mapping[str, Json]
    """What a simulator takes, without `id`, `vendor` and `window`."""
    expect_struck: int = EXPECT_STRUCK
    """Striking fewer requests than this, it leaves the run inconclusive. 0: it may strike none."""
    text: str = ""
    """In words: `respond status 503 on 50% of POST /v1/payment_intents`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrive:
    """All dead letters are sent again, through the same pipeline."""


Process: TypeAlias = Literal["gateway", "target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something the harness does to the machine, or asks of the target, at an instant of a phase: exactly one."""

    at_s: float = 0.0
    """Counted from the phase's start."""
    kill: Process | None = None
    """SIGKILL: nothing is said goodbye to."""
    stop: Process | None = None
    """SIGTERM: no new request is taken, and what is under way has a few seconds to end."""
    start: Process | None = None
    """Start it again after a kill or a stop, on the same port, with the same stores."""
    redrive: Redrive | None = None
    clock: str | None = None
    """The vendor whose own clock is moved: its tokens and idempotency keys expire, what it put off comes due."""
    ahead_s: float | None = None
    """How far the clock is moved."""

    def __post_init__(self) -> None:
        if sum(part is not None for part in (self.kill, self.stop, self.start, self.redrive, self.clock)) != 1:
            raise ValueError("an action is exactly one of kill, stop, start, redrive, clock")
        if (self.clock is None) != (self.ahead_s is None):
            raise ValueError("clock and ahead go together: write {clock: VENDOR, ahead: 25h}")

    @property
    def text(self) -> str:
        """In words, for progress and reports."""
        if self.redrive is not None:
            return "redrive dead letters"
        if self.clock is not None:
            return f"move the clock of {self.clock} {self.ahead_s:g} s ahead"
        return f"kill {self.kill}" if self.kill else f"stop {self.stop}" if self.stop else f"start {self.start}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A named stretch of the run."""

    name: str
    for_s: float
    """Its length."""
    rate_per_s: float | Rising | None = None
    """Replaces the workload's rate; `0/s` pauses arrivals; `{from: 40/s, to: 80/s}` rises or falls evenly."""
    faults: tuple[Fault, ...] = ()
    actions: tuple[Action, ...] = ()
