"""An incident that is played again while a phase lasts: which file it is told in, and how fast."""

from dataclasses import dataclass
from typing import Final

EXPECT_STRUCK: Final = 1
SPEED_LIMIT: Final = 100_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A recorded incident, as a status page or a monitoring system tells it."""

    file: str
    """CSV, YAML or JSON, beside the scenario: rows of `at`, `vendor`, `error_share`, `p50` and so on."""
    speed: float = 1.0
    """So many times as fast: `60` makes an hour a minute. Instants are closer; a latency stays what it was."""
    from_s: float = 0.0
    """From here on, counted from its first row."""
    to_s: float | None = None
    """Up to here; left out: to its last row."""
    expect_struck: int = EXPECT_STRUCK
    """Of each vendor in it, all of its rows together must strike so many requests, or the run is inconclusive."""

    def __post_init__(self) -> None:
        if not 0 < self.speed <= SPEED_LIMIT:
            raise ValueError(f"speed: above 0, and {SPEED_LIMIT:g} at most, got {self.speed:g}")
        if self.from_s < 0 or (self.to_s is not None and self.to_s <= self.from_s):
            raise ValueError("from, to: from the incident's first row on, and from before to")
        if self.expect_struck < 0:
            raise ValueError(f"expect_struck: at least 0, got {self.expect_struck}")
        if not self.file or "\0" in self.file:
            raise ValueError("file: is no name of a file")
