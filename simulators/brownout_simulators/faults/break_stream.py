"""Break stream: a streaming answer stops in the middle."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from brownout_simulators.call import Ending, Sending
from brownout_simulators.faults.fault import Fault, Stage, is_plain, require


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakStream(Fault):
    """Send the first `keep` of the chunks (of the bytes, where the answer is no stream), then end the connection.

    The body goes out in HTTP chunks, without the last one that says "this is all".
    """

    stage: ClassVar[Stage] = Stage.WIRE

    keep: float = 0.5
    """Share, in [0, 1); at least the last chunk (byte) is missing."""
    ending: Literal["reset", "close", "hang"] = "reset"

    def __post_init__(self) -> None:
        require(0 <= self.keep < 1, f"break_stream.keep: in [0, 1), got {self.keep}")

    def shape(self, sending: Sending, chance: float) -> bool:
        del chance
        if not is_plain(sending):
            return False
        if sending.stream is None:
            whole = sending.body
            sending.stream = [(0.0, whole[: min(len(whole) - 1, int(len(whole) * self.keep))])] if whole else []
        else:
            count = len(sending.stream)
            sending.stream = sending.stream[: min(count - 1, int(count * self.keep))] if count else []
        sending.ending = Ending(self.ending)
        return True
