"""Quota: the account has used up what it may."""

from dataclasses import dataclass
from typing import ClassVar

from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike, require

ACCOUNTS_LIMIT = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota(Fault):
    """The vendor's own answer to an exhausted quota, instead of its work."""

    stage: ClassVar[Stage] = Stage.ANSWER

    after: int = 0
    """This many calls of each account still pass, counted by the rule."""

    def __post_init__(self) -> None:
        require(self.after >= 0, f"quota.after: at least 0, got {self.after}")

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance
        if on.is_answered:
            return False
        used = memory.counts.get(on.account, 0)
        if used < self.after:
            if used or len(memory.counts) < ACCOUNTS_LIMIT:
                memory.counts[on.account] = used + 1
            return False
        on.answer = on.errors.quota_exhausted(on.call)
        return True
