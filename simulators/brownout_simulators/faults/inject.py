"""Inject: something is in a streaming answer that does not belong there."""

from dataclasses import dataclass
from typing import ClassVar

from brownout_simulators.call import Sending
from brownout_simulators.faults.fault import Fault, Stage, require
from brownout_simulators.faults.respond import CONTENT_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Inject(Fault):
    """Put a text between two chunks of a streaming answer, which goes on after it."""

    stage: ClassVar[Stage] = Stage.BODY

    content: str
    """As it is: `": keepalive\\n\\n"`."""
    at: float = 0.5
    """After this share of the chunks, in [0, 1]; 1 is behind the last."""

    def __post_init__(self) -> None:
        require(0 <= self.at <= 1, f"inject.at: in [0, 1], got {self.at}")
        size = len(self.content.encode("utf-8", "replace"))
        require(0 < size <= CONTENT_LIMIT, f"inject.content: 1 to {CONTENT_LIMIT} bytes, got {size}")

    def shape(self, sending: Sending, chance: float) -> bool:
        del chance
        if sending.stream is None:
            return False
        place = int(len(sending.stream) * self.at)
        injected = (0.0, self.content.encode("utf-8", "replace"))
        sending.stream = [*sending.stream[:place], injected, *sending.stream[place:]]
        return True
