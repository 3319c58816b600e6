"""Cold start: a vendor that has just come up, or has had nothing to do, is slow at first."""

from dataclasses import dataclass, replace
from typing import ClassVar, Final, Self

from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike, require, require_seconds
from brownout_simulators.faults.latency import Spread

CALLS_LIMIT: Final = 1_000_000
_LAST: Final = "last"
_FIRST: Final = "first"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp(Spread):
    """How much longer a call takes while the vendor is cold. Exactly one of the seven distributions."""

    NAME: ClassVar[str] = "cold_start.takes"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart(Fault):
    """The first calls take longer: those of the first so many, or of so long after the first one.

    The vendor is cold when the rule comes into force, and again when no call has reached it for `idle`. A call that
    another fault has answered has not reached it: an outage makes it cold. The rule sees only calls that it matches.
    """

    stage: ClassVar[Stage] = Stage.WAIT
    draws: ClassVar[bool] = True

    takes: WarmUp
    """How much longer a call takes meanwhile, before it is worked on."""
    calls: int | None = None
    """So many calls are slow."""
    for_s: float | None = None
    """All calls are slow that come within so long after the first one. With `calls`: whichever is over first."""
    idle_s: float | None = None
    """Cold again where no call has come for so long; left out: never."""

    def __post_init__(self) -> None:
        require(self.calls is not None or self.for_s is not None, "cold_start: how long: give calls, for or both")
        fits = self.calls is None or 1 <= self.calls <= CALLS_LIMIT
        require(fits, f"cold_start.calls: 1 to {CALLS_LIMIT}, got {self.calls}")
        require_seconds("cold_start.for_s", self.for_s, above_0=True)
        require_seconds("cold_start.idle_s", self.idle_s, above_0=True)

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        if on.is_answered:
            return False
        last_s = memory.firsts_s.get(_LAST)
        memory.firsts_s[_LAST] = on.now_s
        if last_s is None or (self.idle_s is not None and on.now_s - last_s >= self.idle_s):
            memory.firsts_s[_FIRST], memory.counts[_FIRST] = on.now_s, 0
        if not self._is_cold(on.now_s - memory.firsts_s[_FIRST], memory.counts[_FIRST]):
            return False
        memory.counts[_FIRST] += 1
        seconds = self.takes.seconds(chance)
        on.delay_s += seconds
        return seconds > 0

    def _is_cold(self, since_s: float, calls: int) -> bool:
        """So long after the first call, with so many that were slow."""
        return (self.for_s is None or since_s < self.for_s) and (self.calls is None or calls < self.calls)

    def with_measurements(self, vendor: str) -> Self:
        """With the file of an empirical span read in."""
        return replace(self, takes=self.takes.with_measurements(vendor))
