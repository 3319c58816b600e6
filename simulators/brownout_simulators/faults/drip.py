"""Drip: the body arrives, slowly."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from brownout_simulators.call import Sending
from brownout_simulators.faults.fault import Fault, Stage, is_plain, require, require_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Drip(Fault):
    """Headers at once, then the body in small pieces, evenly over time; a streaming answer in its own chunks. It is
    whole in the end."""

    stage: ClassVar[Stage] = Stage.WIRE

    over_s: float
    """From the first piece to the last."""
    pieces: int = 10
    """Of an answer that is no stream."""

    def __post_init__(self) -> None:
        require_seconds("drip.over_s", self.over_s, above_0=True)
        require(2 <= self.pieces <= 10_000, f"drip.pieces: 2 to 10000, got {self.pieces}")

    def shape(self, sending: Sending, chance: float) -> bool:
        del chance
        if not is_plain(sending):
            return False
        if sending.stream is not None:
            return self._slow(sending, sending.stream)
        whole = sending.body
        if len(whole) < 2:
            return False
        pieces = min(self.pieces, len(whole))
        cuts = [len(whole) * place // pieces for place in range(pieces + 1)]
        gap_s = self.over_s / (pieces - 1)
        sending.stream = [
            (gap_s if place else 0.0, whole[start:end]) for place, (start, end) in enumerate(pairwise(cuts))
        ]
        sending.content_length = len(whole)
        return True

    def _slow(self, sending: Sending, stream: Sequence[tuple[float, bytes]]) -> bool:
        if len(stream) < 2:
            return False
        gap_s = self.over_s / (len(stream) - 1)
        sending.stream = [(gap_s if place else 0.0, chunk) for place, (_, chunk) in enumerate(stream)]
        return True
