"""Drop after the effect: the work is done, its answer is lost."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from brownout_simulators.call import Ending
from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike


@dataclass(frozen=True, slots=True, kw_only=True)
class DropAfterEffect(Fault):
    """The connection ends after the commit, before any byte of the answer. The money is taken."""

    stage: ClassVar[Stage] = Stage.AFTER
    of_any_host: ClassVar[bool] = True

    ending: Literal["reset", "close", "hang"] = "reset"

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance, memory
        if on.is_answered or on.ending_after is not None:
            return False
        on.ending_after = Ending(self.ending)
        return True
