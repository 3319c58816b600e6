"""Stale reads: a read comes from a replica that lags behind."""

from dataclasses import dataclass
from typing import ClassVar

from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike, require_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleReads(Fault):
    """GETs see every object as it was `lag_s` ago; what is newer is not there yet.

    Strikes only where the vendor looks at `account.as_of_s`, and something was really hidden.
    """

    stage: ClassVar[Stage] = Stage.WORK

    lag_s: float

    def __post_init__(self) -> None:
        require_seconds("stale_reads.lag_s", self.lag_s, above_0=True)

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance, memory
        if on.is_answered or on.lag_s is not None or on.call.method not in ("GET", "HEAD"):
            return False
        on.lag_s = self.lag_s
        return True

    def worked(self, on: Strike) -> bool:
        return on.was_stale
