"""Stall: a streaming answer stands still for a while, and goes on."""

from dataclasses import dataclass
from typing import ClassVar

from brownout_simulators.call import Sending
from brownout_simulators.faults.fault import Fault, Stage, require, require_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(Fault):
    """Wait once more between two chunks of a streaming answer. It is whole in the end, if the client waits."""

    stage: ClassVar[Stage] = Stage.BODY

    for_s: float
    """So much longer than the vendor takes."""
    at: float = 0.5
    """After this share of the chunks, in (0, 1]: at least the first goes out before, at least the last after it."""

    def __post_init__(self) -> None:
        require_seconds("stall.for_s", self.for_s, above_0=True)
        require(0 < self.at <= 1, f"stall.at: in (0, 1], got {self.at}")

    def shape(self, sending: Sending, chance: float) -> bool:
        del chance
        if sending.stream is None or len(sending.stream) < 2:
            return False
        chunks = list(sending.stream)
        place = min(len(chunks) - 1, max(1, int(len(chunks) * self.at)))
        pause_s, chunk = chunks[place]
        chunks[place] = (pause_s + self.for_s, chunk)
        sending.stream = chunks
        return True
