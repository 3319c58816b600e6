"""The connection is reset as soon as somebody says something on it, or a while after."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from brownout_harness.wire.toxics.kind import Acting, Chunk, End, Kind, Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPeer(Kind):
    """RST to both sides, `timeout_ms` after the first bytes or the end came; none of that passes."""

    ATTRIBUTES = {"timeout": "timeout_ms"}

    timeout_ms: float = 0

    def on_link(self, rng: Random) -> Acting:  # noqa: ARG002
        """See `Kind`."""
        return _Acting(self.timeout_ms / 1000)


class _Acting(Acting):
    __slots__ = ("_timeout_s",)

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s

    def arrived(self, chunk: Chunk, now_s: float) -> Sequence[Planned]:  # noqa: ARG002
        return (Planned(now_s + self._timeout_s, End.RESET),)

    def ended(self, end: End, now_s: float) -> Sequence[Planned]:  # noqa: ARG002
        return (Planned(now_s + self._timeout_s, End.RESET),)
