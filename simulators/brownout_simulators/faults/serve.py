"""Serve: how many calls the vendor works on at a time; the others queue. `capacity.py` acts it out."""

from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal, Self

from brownout_simulators.faults.fault import Fault, Stage, require
from brownout_simulators.faults.latency import Spread

AT_ONCE_LIMIT: Final = 10_000
QUEUE_LIMIT: Final = 100_000
"""So many may wait for a vendor, whatever is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTime(Spread):
    """How long the vendor works on one call. Exactly one of the seven distributions."""

    NAME: ClassVar[str] = "serve.each"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve(Fault):
    """The vendor works on so many calls at a time; the others wait in a queue, in the order of their arrival.

    For all calls of its vendor, so its rule takes neither a match nor a share. Of several in force the last holds.
    """

    stage: ClassVar[Stage] = Stage.SERVE
    of_whole_vendor: ClassVar[bool] = True
    draws: ClassVar[bool] = True

    at_once: int
    """Calls that are worked on at a time, at least 1."""
    each: ServiceTime
    """How long the work on one call takes, without its wait."""
    queue: Literal["unbounded"] | int = "unbounded"
    """Calls that may wait; who comes on top is turned away. Unbounded: 100,000, and more is a defect of the run."""
    full: Literal["unavailable", "throttled"] = "unavailable"
    """What who is turned away is told, in the vendor's own words: 503, or 429 for too many calls at once."""

    def __post_init__(self) -> None:
        require(1 <= self.at_once <= AT_ONCE_LIMIT, f"serve.at_once: 1 to {AT_ONCE_LIMIT}, got {self.at_once}")
        require(0 <= self.room <= QUEUE_LIMIT, f"serve.queue: unbounded, or 0 to {QUEUE_LIMIT}, got {self.queue}")

    @property
    def is_bounded(self) -> bool:
        """Whether somebody is to be turned away."""
        return self.queue != "unbounded"

    @property
    def room(self) -> int:
        """How many may wait."""
        return QUEUE_LIMIT if isinstance(self.queue, str) else self.queue

    def with_measurements(self, vendor: str) -> Self:
        """With the file of an empirical service time read in."""
        return replace(self, each=self.each.with_measurements(vendor))
