"""Only the end comes later."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from brownout_harness.wire.toxics.kind import Acting, End, Kind, Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowClose(Kind):
    """The connection ends `delay_ms` after it was ended."""

    ATTRIBUTES = {"delay": "delay_ms"}

    delay_ms: float = 0

    def on_link(self, rng: Random) -> Acting:  # noqa: ARG002
        """See `Kind`."""
        return _Acting(self.delay_ms / 1000)


class _Acting(Acting):
    __slots__ = ("_delay_s",)

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s

    def ended(self, end: End, now_s: float) -> Sequence[Planned]:
        return (Planned(now_s + self._delay_s, end),)
