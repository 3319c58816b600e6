"""So many bytes a second, and no more."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from brownout_harness.wire.toxics.kind import READ_BYTES, Acting, Chunk, Kind, Planned

PIECE_S: Final = 0.1
"""A chunk that takes longer comes in pieces of this length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bandwidth(Kind):
    """`rate_kb_per_s` thousand bytes a second. At 0 nothing passes, and the connection stays open."""

    ATTRIBUTES = {"rate": "rate_kb_per_s"}

    rate_kb_per_s: float = 0

    @property
    def holds_bytes(self) -> float:
        """A piece: who is woken late finds the line still busy, and its rate is kept."""
        return max(READ_BYTES, self.rate_kb_per_s * 1000 * PIECE_S)

    def on_link(self, rng: Random) -> Acting:  # noqa: ARG002
        """See `Kind`."""
        return _Acting(self.rate_kb_per_s * 1000)


class _Acting(Acting):
    __slots__ = ("_bytes_per_s", "_free_s")

    def __init__(self, bytes_per_s: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._free_s = -math.inf
        """When the line has sent all that came before."""

    def arrived(self, chunk: Chunk, now_s: float) -> Sequence[Planned]:
        if self._bytes_per_s == 0:
            return (Planned(math.inf, chunk),)
        began_s = max(now_s, self._free_s)
        self._free_s = began_s + len(chunk.data) / self._bytes_per_s
        piece = max(1, int(self._bytes_per_s * PIECE_S))
        planned = []
        for start in range(0, len(chunk.data), piece):
            data = chunk.data[start : start + piece]
            at_s = began_s + (start + len(data)) / self._bytes_per_s
            planned.append(Planned(at_s, Chunk(data, chunk.stamp_s)))
        return planned
