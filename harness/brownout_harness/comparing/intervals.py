"""How far a difference of two runs may be chance: 95 % intervals, by a bootstrap of blocks of time.

Each run is put together anew, a thousand times, from blocks of its own time (`blocks.py`), as many of each phase as
the phase has; the difference is measured each time, and the interval holds the middle 95 % of what came out. Where both
were asked for the same operations at the same instants, the same blocks are drawn of both: what the moment did to both
takes nothing away then. The draws are seeded: the same runs give the same interval.

What it does not tell: how else the whole run could have gone. A breaker that opened once did so in each of the
thousand; only further seeds show what is left to chance there. Blocks that are drawn are taken for independent of each
other, so what lasts longer than one makes an interval too narrow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from random import Random
from typing import Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from brownout_harness.comparing.blocks import Blocks, Floats, Places

TIMES: Final = 1000
LEVEL: Final = 0.95
SEED: Final = 1
FINEST: Final = 4000
"""So many different values of one sample are told apart; of more, neighbours have the largest one's value."""
DIGITS: Final = 9
"""What is less comes of computing with fractions, and must not keep an interval from holding nothing."""
MOST_UNDEFINED: Final = 0.05
"""Of the thousand: where more have no value, the interval would be one of the others."""


class Interval(NamedTuple):
    """Within it lie so many of the differences that were drawn."""

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether no difference at all is outside of it."""
        return self.low > 0 or self.high < 0


class Measure(Protocol):
    """A figure of one run, that can be measured of any selection of its blocks."""

    def of(self, weights: Floats) -> Floats:
        """For each row, which says how often each block is there, the figure; NaN where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """How much there was, all blocks together."""

    counts: Floats

    def of(self, weights: Floats) -> Floats:
        """See `Measure`."""
        return np.asarray(weights @ self.counts, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """One sum by another."""

    over: Floats
    under: Floats

    def of(self, weights: Floats) -> Floats:
        """See `Measure`."""
        under = weights @ self.under
        none: Floats = np.full(len(weights), np.nan)
        return np.divide(weights @ self.over, under, out=none, where=under > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Values that were measured, in which blocks. Its quantiles are those of nearest rank."""

    values: Floats
    """Ascending."""
    counts: Floats
    """How often each of them is in each block: so many rows as there are values, a column for each block."""

    @classmethod
    def of(cls, values: npt.ArrayLike, places: Places, blocks: int) -> "Sample":
        """Of one value for each place."""
        ordered = np.asarray(values, dtype=np.float64)
        order = np.argsort(ordered, kind="stable")
        ordered = ordered[order]
        # Of each group of neighbours the last one, the largest, stands for all.
        groups = np.arange(len(ordered)) * min(FINEST, len(ordered)) // max(1, len(ordered))
        last = np.append(groups[1:] != groups[:-1], True) if len(ordered) else np.zeros(0, dtype=bool)
        counts = np.zeros((int(last.sum()), blocks))
        np.add.at(counts, (groups, places[order]), 1.0)
        return cls(ordered[last], counts)

    def quantiles(self, qs: Sequence[float]) -> list["Quantile"]:
        """A measure for each."""
        return [Quantile(self, q) for q in qs]


@dataclass(frozen=True, slots=True, eq=False)
class Quantile:
    """The least of the values that a share `q` of them does not exceed."""

    sample: Sample
    q: float

    def of(self, weights: Floats) -> Floats:
        """See `Measure`."""
        if not len(self.sample.values):
            return np.full(len(weights), np.nan)
        reached = np.cumsum(weights @ self.sample.counts.T, axis=1)
        # As `quantile` of one run does: 0.99 * 100 is more than 99 in floating point.
        ranks = np.maximum(1.0, np.ceil(np.round(self.q * reached[:, -1], 9)))
        found = self.sample.values[np.argmax(reached >= ranks[:, np.newaxis], axis=1)]
        return np.where(reached[:, -1] > 0, found, np.nan)


def value_of(measure: Measure, blocks: Blocks, phase: str = "") -> float | None:
    """Of the run as it was; None: there is no such figure."""
    (value,) = measure.of(blocks.within(phase)[np.newaxis, :])
    return None if np.isnan(value) else float(value)


def interval_of(
    one: Measure, other: Measure, of: tuple[Blocks, Blocks], *, is_paired: bool, phase: str = ""
) -> Interval | None:
    """Of `other` less `one`; None: it was too often that one of them had no value."""
    differences = _redrawn(one, other, of, is_paired=is_paired, phase=phase)
    if differences is None:
        return None
    low, high = np.quantile(differences, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(round(float(low), DIGITS), round(float(high), DIGITS))


def deviation_of(one: Measure, other: Measure, of: tuple[Blocks, Blocks], *, is_paired: bool) -> float | None:
    """The standard deviation of the same differences: of intervals that are wider than the tails of a thousand tell."""
    differences = _redrawn(one, other, of, is_paired=is_paired, phase="")
    return None if differences is None else round(float(np.std(differences, ddof=1)), DIGITS)


def _redrawn(one: Measure, other: Measure, of: tuple[Blocks, Blocks], *, is_paired: bool, phase: str) -> Floats | None:
    drawn = _draws(of[0].phases, 0) * of[0].within(phase)
    drawn_other = drawn if is_paired else _draws(of[1].phases, 1) * of[1].within(phase)
    differences = other.of(drawn_other) - one.of(drawn)
    there = differences[~np.isnan(differences)]
    return there if len(there) >= (1 - MOST_UNDEFINED) * TIMES else None


@cache
def _draws(phases: tuple[str, ...], stream: int) -> Floats:
    """How often each block is drawn, a row for each time: of each phase as many as it has."""
    draw = Random(f"{SEED}:{stream}")
    drawn = np.zeros((TIMES, len(phases)))
    begin = 0
    for _, some in groupby(phases):
        count = len(list(some))
        for row in drawn:
            np.add.at(row, [begin + each for each in draw.choices(range(count), k=count)], 1.0)
        begin += count
    return drawn
