"""Every chunk comes later, by a fixed time and a random one around it; the order stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from brownout_harness.wire.toxics.kind import READ_BYTES, Acting, Chunk, Kind, Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency(Kind):
    """`latency_ms` and, of `jitter_ms`, up to as much more or less, drawn for each chunk.

    To open and to end a connection takes no longer.
    """

    ATTRIBUTES = {"latency": "latency_ms", "jitter": "jitter_ms"}

    latency_ms: float = 0
    jitter_ms: float = 0

    @property
    def holds_bytes(self) -> float:
        """As Toxiproxy: with less, the latency would be a limit of the rate."""
        return 1024 * READ_BYTES

    def on_link(self, rng: Random) -> Acting:
        """See `Kind`."""
        return _Acting(self, rng)


class _Acting(Acting):
    __slots__ = ("_latency", "_rng")

    def __init__(self, latency: Latency, rng: Random) -> None:
        self._latency = latency
        self._rng = rng

    def arrived(self, chunk: Chunk, now_s: float) -> Sequence[Planned]:
        jitter_ms = self._latency.jitter_ms
        delay_ms = self._latency.latency_ms + (self._rng.uniform(-jitter_ms, jitter_ms) if jitter_ms else 0.0)
        # From when it was read: what it has waited in a toxic before this one is part of the latency.
        at_s = chunk.stamp_s + delay_ms / 1000
        return (Planned(at_s, Chunk(chunk.data, at_s)),) if at_s > now_s else (Planned(now_s, chunk),)
