"""Drop before the effect: the request arrives, nothing is done, no answer comes."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from brownout_simulators.call import Ending
from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike


@dataclass(frozen=True, slots=True, kw_only=True)
class DropBeforeEffect(Fault):
    """The connection ends before any work is done. `reset` is a TCP RST, `close` a FIN, `hang` is silence."""

    stage: ClassVar[Stage] = Stage.ANSWER
    of_any_host: ClassVar[bool] = True

    ending: Literal["reset", "close", "hang"] = "reset"

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance, memory
        if on.is_answered:
            return False
        on.ending = Ending(self.ending)
        return True
