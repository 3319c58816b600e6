"""Clock skew: the vendor's clock is wrong."""

from dataclasses import dataclass
from typing import ClassVar

from brownout_simulators.faults.fault import LONGEST_S, Fault, Memory, Stage, Strike, require
from brownout_simulators.faults.http_date import put_off


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSkew(Fault):
    """Dates that the vendor writes, and its Date header, are off by `by_s` (negative: behind). Skews add up.

    So are those of its refusals and of other faults' answers, a Retry-After that is a date included. Deferred work,
    limits and keys keep true time.
    """

    stage: ClassVar[Stage] = Stage.WORK
    strikes_refusals: ClassVar[bool] = True

    by_s: float

    def __post_init__(self) -> None:
        require(0 < abs(self.by_s) <= LONGEST_S, f"clock_skew.by_s: not 0, and a year at most, got {self.by_s}")

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance, memory
        if on.ending is not None:
            return False
        on.skew_s += self.by_s
        on.retry_after = put_off(on.retry_after, self.by_s)
        if on.answer is not None and "retry-after" in on.answer.headers:
            on.answer.headers["retry-after"] = put_off(on.answer.headers["retry-after"], self.by_s)
        return True
