"""What can befall a link between the target and what it depends on: bytes, connections, and no request anywhere.

The words are those of Toxiproxy, whose toxics they are; only `down` is none. Sizes count 1000 bytes to a KB, as there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from brownout_scenarios.phases import FaultKind

MAX_S: Final = 6 * 3600.0
MAX_BYTES: Final = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """What is sent arrives later, in order: bytes that wait hold back those behind them. Connecting takes no longer."""

    fixed_s: float
    jitter_s: float = 0.0
    """Up to so much more or less, drawn anew for each piece that is sent."""

    def __post_init__(self) -> None:
        _require_within("fixed_s", self.fixed_s, 0, MAX_S)
        _require_within("jitter_s", self.jitter_s, 0, self.fixed_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bandwidth:
    """No more than so many bytes a second pass; a tenth of them every 100 ms."""

    rate_bytes_per_s: float

    def __post_init__(self) -> None:
        _require_within("rate_bytes_per_s", self.rate_bytes_per_s, 1000, MAX_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowClose:
    """The end of a connection arrives later; what is sent before it does not."""

    delay_s: float

    def __post_init__(self) -> None:
        _require_within("delay_s", self.delay_s, 0, MAX_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    """Nothing that is sent arrives. The connection is closed after so long, counted from the last that was sent."""

    after_s: float
    """`0s`: never, before the fault is over."""

    def __post_init__(self) -> None:
        _require_within("after_s", self.after_s, 0, MAX_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPeer:
    """The connection ends with a reset as soon as something is sent, or so long after."""

    after_s: float = 0.0

    def __post_init__(self) -> None:
        _require_within("after_s", self.after_s, 0, MAX_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slicer:
    """What is sent arrives in slices, with a pause behind each."""

    average_bytes: float
    variation_bytes: float = 0.0
    """A slice is up to so much larger or smaller."""
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        _require_within("average_bytes", self.average_bytes, 1, MAX_BYTES)
        _require_within("variation_bytes", self.variation_bytes, 0, self.average_bytes - 1)
        _require_within("delay_s", self.delay_s, 0, MAX_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitData:
    """The connection is closed when so many bytes have passed since the fault began, or since the connection did."""

    limit_bytes: float

    def __post_init__(self) -> None:
        _require_within("limit_bytes", self.limit_bytes, 0, MAX_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """The link is cut: connections are refused, and those that are open are closed."""


LINKS: Final[Mapping[str, FaultKind]] = {
    "latency": FaultKind(Latency, layer="wire", short="fixed_s"),
    "bandwidth": FaultKind(Bandwidth, layer="wire", short="rate_bytes_per_s"),
    "slow_close": FaultKind(SlowClose, layer="wire", short="delay_s"),
    "timeout": FaultKind(Timeout, layer="wire", short="after_s"),
    "reset_peer": FaultKind(ResetPeer, layer="wire", short="after_s"),
    "slicer": FaultKind(Slicer, layer="wire"),
    "limit_data": FaultKind(LimitData, layer="wire", short="limit_bytes"),
    "down": FaultKind(Down, layer="wire"),
}


def _require_within(field: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise ValueError(f"{field}: {value:g} is outside {least:g} to {most:g}")
