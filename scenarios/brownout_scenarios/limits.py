"""A vendor's own limiters: which are on, for the whole run or while a phase lasts, and with which figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from brownout_scenarios import units
from brownout_scenarios.workload import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What replaces the figures of a vendor's own limiter; what is left out stays the vendor's."""

    rate_per_s: float | None = None
    burst: float | None = None
    concurrency: int | None = None
    """Calls in flight at once."""

    def to_json(self) -> dict[str, Json]:
        figures = {"rate_per_s": self.rate_per_s, "burst": self.burst, "concurrency": self.concurrency}
        return {name: value for name, value in figures.items() if value is not None}

    @property
    def text(self) -> str:
        """In words: `rate 10/s, burst 10`; where all are the vendor's own, `on`."""
        parts = {
            "rate": None if self.rate_per_s is None else units.rate(self.rate_per_s),
            "burst": None if self.burst is None else f"{self.burst:g}",
            "concurrency": self.concurrency,
        }
        return ", ".join(f"{name} {value}" for name, value in parts.items() if value is not None) or "on"

    @property
    def unbounded(self) -> str:
        """Which figure is 0, and so no bound, while no other one bounds; else empty."""
        if self.rate_per_s == 0 and not self.concurrency:
            return "rate"
        return "concurrency" if self.concurrency == 0 and not self.rate_per_s else ""


Limits: TypeAlias = Mapping[str, bool | Figures]
"""By the limiter's name: `true` for the vendor's own figures, or others."""


def as_sent(limits: Limits) -> dict[str, Json]:
    """Those that are on, as a simulator takes them."""
    chosen: dict[str, Json] = {name: on.to_json() if isinstance(on, Figures) else on for name, on in limits.items()}
    return {name: on for name, on in chosen.items() if on is not False}


def in_words(limits: Limits) -> str:
    """`global-rate rate 10/s, burst 10; search-rate off`."""

    def one(on: bool | Figures) -> str:
        return on.text if isinstance(on, Figures) else "on" if on else "off"

    return "; ".join(f"{name} {one(on)}" for name, on in limits.items())
