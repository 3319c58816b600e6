"""So many bytes, and then the connection is closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from brownout_harness.wire.toxics.kind import Acting, Chunk, End, Kind, Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitData(Kind):
    """`bytes` pass, counted on each link from when the toxic was set; a change of them keeps the count.

    With 0 the first byte that comes closes the connection, and does not pass.
    """

    ATTRIBUTES = {"bytes": "bytes"}

    bytes: int = 0

    def on_link(self, rng: Random) -> Acting:  # noqa: ARG002
        """See `Kind`."""
        return _Acting(self.bytes)


class _Acting(Acting):
    __slots__ = ("_limit", "_passed")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._passed = 0

    def begins(self, now_s: float, before: Acting | None) -> float | None:  # noqa: ARG002
        if isinstance(before, _Acting):
            self._passed = before._passed
        return None

    def arrived(self, chunk: Chunk, now_s: float) -> Sequence[Planned]:
        left = max(0, self._limit - self._passed)
        self._passed += min(left, len(chunk.data))
        if len(chunk.data) < left:
            return (Planned(now_s, chunk),)
        passes = [Planned(now_s, Chunk(chunk.data[:left], chunk.stamp_s))] if left else []
        return [*passes, Planned(now_s, End.CLOSE)]
