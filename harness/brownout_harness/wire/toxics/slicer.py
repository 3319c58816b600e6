"""What was written at once comes in slices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from brownout_harness.wire.toxics.kind import Acting, Chunk, End, Kind, Planned, ToxicError


@dataclass(frozen=True, slots=True, kw_only=True)
class Slicer(Kind):
    """Slices of `average_size_bytes`, drawn from up to `size_variation_bytes` more or less, `delay_us` after each."""

    ATTRIBUTES = {"average_size": "average_size_bytes", "size_variation": "size_variation_bytes", "delay": "delay_us"}

    average_size_bytes: int = 0
    size_variation_bytes: int = 0
    delay_us: float = 0

    def __post_init__(self) -> None:
        # Not `super()`: a dataclass with slots is made anew, and the name would mean the class before that.
        Kind.__post_init__(self)
        if self.average_size_bytes < 1:
            raise ToxicError("average_size must be at least 1 byte")
        if self.size_variation_bytes >= self.average_size_bytes:
            raise ToxicError("size_variation must be less than average_size")

    def on_link(self, rng: Random) -> Acting:
        """See `Kind`."""
        return _Acting(self, rng)

    def cuts(self, start: int, stop: int, rng: Random) -> Iterator[int]:
        """Where slices end: halves of halves, each near the middle, so that none at an edge is always small."""
        if stop - start - self.average_size_bytes <= self.size_variation_bytes:
            yield stop
            return
        middle = start + (stop - start) // 2
        if self.size_variation_bytes:
            middle += rng.randrange(-self.size_variation_bytes, self.size_variation_bytes)
        yield from self.cuts(start, middle, rng)
        yield from self.cuts(middle, stop, rng)


class _Acting(Acting):
    __slots__ = ("_free_s", "_rng", "_slicer")

    def __init__(self, slicer: Slicer, rng: Random) -> None:
        self._slicer = slicer
        self._rng = rng
        self._free_s = 0.0
        """When the slice before the next has been waited for."""

    def arrived(self, chunk: Chunk, now_s: float) -> Sequence[Planned]:
        at_s = max(now_s, self._free_s)
        start, planned = 0, []
        for stop in self._slicer.cuts(0, len(chunk.data), self._rng):
            planned.append(Planned(at_s, Chunk(chunk.data[start:stop], chunk.stamp_s)))
            start = stop
            at_s += self._slicer.delay_us / 1e6
        self._free_s = at_s
        return planned

    def ended(self, end: End, now_s: float) -> Sequence[Planned]:
        return (Planned(max(now_s, self._free_s), end),)
