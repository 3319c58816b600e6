"""Expire tokens: the access tokens that are out there stop working; new ones work."""

from dataclasses import dataclass
from typing import ClassVar

from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike, require_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireTokens(Fault):
    """The vendor's own "token expired" for every token that was first used before the rule came into force.

    With `valid_for_s`, also for a newer one that long after its first use. Keys that last go on working.
    """

    stage: ClassVar[Stage] = Stage.CREDENTIALS

    valid_for_s: float | None = None

    def __post_init__(self) -> None:
        require_seconds("expire_tokens.valid_for_s", self.valid_for_s, above_0=True)

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance
        since_s = on.credential_since_s
        if on.is_answered or on.public or on.grants or since_s is None:
            return False
        old = since_s < memory.since_s
        if not old and (self.valid_for_s is None or on.now_s - since_s < self.valid_for_s):
            return False
        if on.never_expires():
            return False
        on.answer = on.errors.token_expired(on.call)
        return True
