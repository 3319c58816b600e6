"""How a span of time is drawn: each distribution gives the seconds at a quantile, `chance` in (0, 1)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeAlias

from brownout_simulators.faults.fault import require, require_seconds
from brownout_simulators.faults.measurements import Unit

_STANDARD = NormalDist()
_Z99 = _STANDARD.inv_cdf(0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform:
    """Every value between `low_s` and `high_s` is as likely as any other."""

    low_s: float
    high_s: float

    def __post_init__(self) -> None:
        require(0 <= self.low_s <= self.high_s, f"uniform: 0 <= low_s <= high_s, got {self.low_s} and {self.high_s}")
        require_seconds("uniform.high_s", self.high_s)

    def at(self, chance: float) -> float:
        return self.low_s + (self.high_s - self.low_s) * chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """A bell curve, cut off at 0."""

    mean_s: float
    deviation_s: float

    def __post_init__(self) -> None:
        require_seconds("normal.mean_s", self.mean_s)
        require_seconds("normal.deviation_s", self.deviation_s, above_0=True)

    def at(self, chance: float) -> float:
        return max(0.0, self.mean_s + self.deviation_s * _STANDARD.inv_cdf(chance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lognormal:
    """The usual shape of an API's latency: half of the calls take up to `p50_s`, 99 in 100 up to `p99_s`."""

    p50_s: float
    p99_s: float

    def __post_init__(self) -> None:
        require(0 < self.p50_s < self.p99_s, f"lognormal: 0 < p50_s < p99_s, got {self.p50_s} and {self.p99_s}")
        require_seconds("lognormal.p99_s", self.p99_s)

    def at(self, chance: float) -> float:
        sigma = math.log(self.p99_s / self.p50_s) / _Z99
        return self.p50_s * math.exp(sigma * _STANDARD.inv_cdf(chance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponential:
    """What happens at random takes so long, on average, and may as well happen now: the time between two failures."""

    mean_s: float

    def __post_init__(self) -> None:
        require_seconds("exponential.mean_s", self.mean_s, above_0=True)

    def at(self, chance: float) -> float:
        return -self.mean_s * math.log1p(-chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pareto:
    """Never under `least_s`, with a tail that is the heavier, the smaller `alpha` is (1.16 is the 80/20 rule)."""

    least_s: float
    alpha: float

    def __post_init__(self) -> None:
        require_seconds("pareto.least_s", self.least_s, above_0=True)
        require(self.alpha > 0, f"pareto.alpha: above 0, got {self.alpha}")

    def at(self, chance: float) -> float:
        return float(self.least_s * (1.0 - chance) ** (-1.0 / self.alpha))


@dataclass(frozen=True, slots=True, kw_only=True)
class Empirical:
    """As measured: values given here or in a file: one in seconds per line (`#` starts a comment), a column of a CSV or
    Parquet table, or the waits of a HAR.

    Drawn with straight lines between neighbouring values, so the extremes are those that were measured.
    """

    values_s: tuple[float, ...] = ()
    file: str = ""
    column: str = ""
    """Of a table. Its unit is what its name ends in (`took_ms`), or `unit`."""
    unit: Unit | None = None
    host: str = ""
    """Of a HAR: which of its hosts, where it has several."""

    def __post_init__(self) -> None:
        require(bool(self.values_s) != bool(self.file), "empirical: exactly one of values_s and file")
        about_file = next((name for name in ("column", "unit", "host") if getattr(self, name)), "")
        require(bool(self.file) or not about_file, f"empirical.{about_file}: goes with file")
        require_seconds("empirical.values_s", *self.values_s)
        object.__setattr__(self, "values_s", tuple(sorted(self.values_s)))

    def at(self, chance: float) -> float:
        return between(self.values_s, chance)


Distribution: TypeAlias = Uniform | Normal | Lognormal | Exponential | Pareto | Empirical


def between(values: Sequence[float], chance: float) -> float:
    """Of sorted values that somebody measured: straight lines between neighbours."""
    place = chance * (len(values) - 1)
    below = int(place)
    if below + 1 >= len(values):
        return values[-1]
    return values[below] + (values[below + 1] - values[below]) * (place - below)
