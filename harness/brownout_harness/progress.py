"""What a run tells while it runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A look at a run; both modes make these, the terminal shows them."""

    phase: str
    """A phase's name, or `starting`, `draining`, `collecting`."""
    at_s: float = 0.0
    """Seconds since the run's start; negative before it."""
    duration_s: float = 0.0
    """How long all phases take together."""
    offered_per_s: float = 0.0
    achieved_per_s: float = 0.0
    """Operations that ended, over the last seconds."""
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
