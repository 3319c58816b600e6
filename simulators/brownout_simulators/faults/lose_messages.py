"""Lose messages: some of a websocket's do not arrive."""

import random
from dataclasses import dataclass
from typing import ClassVar, Literal

from brownout_simulators.call import Sending
from brownout_simulators.faults.fault import Fault, Stage, require
from brownout_simulators.session import Wound


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseMessages(Fault):
    """A share of a session's messages goes nowhere, and neither side is told. Closing frames arrive.

    It strikes with the first message that is lost.
    """

    stage: ClassVar[Stage] = Stage.WIRE
    draws: ClassVar[bool] = True

    share_lost: float
    """In (0, 1], of the messages of each session that the rule strikes."""
    of: Literal["vendor", "client"] = "vendor"
    """Whose messages: those of the vendor, or those to it."""

    def __post_init__(self) -> None:
        require(0 < self.share_lost <= 1, f"lose_messages.share_lost: in (0, 1], got {self.share_lost}")

    def shape(self, sending: Sending, chance: float) -> bool:
        """No answer but a session's is touched."""
        del sending, chance
        return False

    def wound(self, chance: float) -> Wound | None:
        stream = random.Random(chance)
        share = self.share_lost
        return Wound(loses=lambda: stream.random() < share, loses_heard=self.of == "client")
