"""Truncate: a body shorter than announced."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from brownout_simulators.call import Ending, Sending
from brownout_simulators.faults.fault import Fault, Stage, is_plain, require


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncate(Fault):
    """Announce the whole body, send the first `keep` of it, then end the connection."""

    stage: ClassVar[Stage] = Stage.WIRE

    keep: float = 0.5
    """Share of the bytes, in [0, 1); at least one byte is missing."""
    ending: Literal["close", "reset", "hang"] = "close"

    def __post_init__(self) -> None:
        require(0 <= self.keep < 1, f"truncate.keep: in [0, 1), got {self.keep}")

    def shape(self, sending: Sending, chance: float) -> bool:
        del chance
        if not is_plain(sending) or sending.stream is not None or not sending.body:
            return False
        whole = len(sending.body)
        sending.body = sending.body[: min(whole - 1, int(whole * self.keep))]
        sending.content_length = whole
        sending.ending = Ending(self.ending)
        return True
