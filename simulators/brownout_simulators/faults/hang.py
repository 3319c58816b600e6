"""Hang: the request is read, and then nothing happens."""

from dataclasses import dataclass
from typing import ClassVar

from brownout_simulators.call import Ending
from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike


@dataclass(frozen=True, slots=True, kw_only=True)
class Hang(Fault):
    """No work and no answer, until the client gives up. The same as `drop_before_effect` with `ending: hang`."""

    stage: ClassVar[Stage] = Stage.ANSWER
    of_any_host: ClassVar[bool] = True

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance, memory
        if on.is_answered:
            return False
        on.ending = Ending.HANG
        return True
