"""What a target tells of itself while it runs, and where it is read: the states of its breakers, in its metrics."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

State: TypeAlias = Literal["closed", "open", "half_open"]
STATES: Final[tuple[State, ...]] = ("closed", "open", "half_open")


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerMetric:
    """Where a breaker's state stands in the metrics: a number for each state, or a series for each, the right one 1."""

    metric: str
    """Its name."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What tells this breaker's series from others': `{name: stripe}`."""
    closed: float | None = None
    """The number that stands for it."""
    open: float | None = None
    half_open: float | None = None
    state: str = ""
    """In place of numbers: the label that names the state, `state` for `…{state="half_open"} 1`."""
    open_for_s: float
    """So long it stays open at least, as the application has it set: who looks less often could miss it."""

    def __post_init__(self) -> None:
        numbers = [each for each in (self.closed, self.open, self.half_open) if each is not None]
        if self.state and numbers:
            raise ValueError("has numbers and state: a state is a number of one series, or the name of one of several")
        if not self.state and (self.closed is None or self.open is None):
            raise ValueError("says not which number is what: write closed: 0, open: 1 and half_open, or state: LABEL")
        if len(set(numbers)) < len(numbers):
            raise ValueError("has one number for two states")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prometheus:
    """Metrics in Prometheus's text format, which OpenTelemetry's Prometheus exporter writes, too."""

    path: str = "/metrics"
    """On the target."""
    every_s: float = 0.25
    """So often it is asked."""
    breakers: Mapping[str, BreakerMetric]
    """By vendor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe:
    """What is read of the target while it runs."""

    prometheus: Prometheus
