"""Nothing passes any more, and after a while the connection is closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from brownout_harness.wire.toxics.kind import Acting, Chunk, End, Kind, Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout(Kind):
    """Closed `timeout_ms` after it set in, whoever says what meanwhile; 0: not before the toxic is removed.

    Toxiproxy begins to count anew with each chunk, so that it never closes a connection on which somebody talks.
    """

    ATTRIBUTES = {"timeout": "timeout_ms"}

    timeout_ms: float = 0

    def on_link(self, rng: Random) -> Acting:  # noqa: ARG002
        """See `Kind`."""
        return _Acting(self.timeout_ms / 1000)


class _Acting(Acting):
    __slots__ = ("_timeout_s",)

    # What was dropped is missing: no protocol could go on after it.
    ENDS_WHEN_REMOVED = True

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s

    def begins(self, now_s: float, before: Acting | None) -> float | None:  # noqa: ARG002
        return now_s + self._timeout_s if self._timeout_s > 0 else None

    def woken(self, now_s: float) -> Sequence[Planned]:
        return (Planned(now_s, End.CLOSE),)

    def arrived(self, chunk: Chunk, now_s: float) -> Sequence[Planned]:  # noqa: ARG002
        return ()
