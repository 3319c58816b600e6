"""Revoke credentials: the vendor no longer knows the caller."""

from dataclasses import dataclass
from typing import ClassVar

from brownout_simulators.faults.fault import Fault, Memory, Stage, Strike


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeCredentials(Fault):
    """The vendor's own 401. Routes that ask for no credential are struck only where the call brings one (a token
    endpoint with Basic authentication)."""

    stage: ClassVar[Stage] = Stage.CREDENTIALS

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        del chance, memory
        if on.is_answered or (on.public and "authorization" not in on.call.headers):
            return False
        on.answer = on.errors.unauthenticated(on.call)
        return True
