"""Clock skew: the vendor's clock is wrong."""

from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike, require

YEAR_S: Final = 366 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSkew(Fault):
    """Dates that the vendor writes, and its Date header, are off by `by_s` (negative: behind). Skews add up.

    Deferred work, limits and idempotency keys keep true time.
    """

    stage: ClassVar[Stage] = Stage.WORK

    by_s: float

    def __post_init__(self) -> None:
        require(0 < abs(self.by_s) <= YEAR_S, f"clock_skew.by_s: not 0, and a year at most, got {self.by_s}")

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance, memory
        if on.is_answered:
            return False
        on.skew_s += self.by_s
        return True
