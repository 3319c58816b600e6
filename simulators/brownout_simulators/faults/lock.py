"""Lock: another call holds the object."""

from dataclasses import dataclass
from typing import ClassVar

from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike, require_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock(Fault):
    """The vendor waits for a lock, does not get it, and says so in its own words, with nothing done.

    Rendered by `errors.throttled(call, None, "lock")`: a vendor with no such error answers as to any other 429.
    """

    stage: ClassVar[Stage] = Stage.ANSWER

    wait_s: float = 0.0
    """How long it waits for the lock."""

    def __post_init__(self) -> None:
        require_seconds("lock.wait_s", self.wait_s)

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance, memory
        if on.is_answered:
            return False
        on.answer = on.errors.throttled(on.call, None, "lock")
        on.delay_s += self.wait_s
        return True
