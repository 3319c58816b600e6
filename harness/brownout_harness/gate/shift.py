"""Whether real runs went otherwise than those that were kept of before: by intervals, and by what matters.

No two real runs are equal. A figure has *shifted* where the difference is larger than its floor, below which nobody
cares, and larger than chance allows, which has two causes, whichever makes more of it:

- moments: 99.9 % of what comes of runs redrawn from blocks of their own time (`comparing/intervals.py`), each with its
  partner's blocks
- runs: 99.5 % of what the differences of the pairs from each other allow, by Student's t

A figure of which that cannot be told, because chance allows more than twice the floor, or as much as was seen, is
*unclear*: that is not the same as before.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import stdev
from typing import Final

import numpy as np

from brownout_harness.comparing.blocks import Blocks, Floats
from brownout_harness.comparing.figures import ABOVE, AMPLIFICATION, FEWEST, P50, P99, QUANTILES, SUCCESS, Name
from brownout_harness.comparing.intervals import Measure, Quantile, Ratio, Sample, deviation_of, value_of
from brownout_harness.comparing.told import FORMS, value_text
from brownout_harness.gate.measured import Measured, OfOperation, OfVendor

FEWEST_RUNS: Final = 3
NORMAL: Final = 3.291
"""Within so many standard deviations lie 99.9 %."""
STUDENT: Final = (127.3, 14.09, 7.453, 5.598, 4.773, 4.317, 4.029, 3.833, 3.690, 3.581)
"""And 99.5 %, where the deviation is an estimate with 1, 2, … degrees of freedom; with more than ten as with ten."""

MOST_LOAD: Final = 0.1
"""By this share of what was asked for the load may differ: users who wait for slow answers ask less often."""
FLOORS: Final[Mapping[str, tuple[float, float]]] = {
    SUCCESS: (0.005, 0.0),
    P50: (0.002, 0.05),
    P99: (0.002, 0.05),
    AMPLIFICATION: (0.0, 0.02),
}
"""What nobody cares about: so much, and this share of what it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One figure, before and now."""

    what: str
    of: str
    was: float
    now: float
    margin: float | None
    """Chance allows so much of a difference; None: nobody knows."""

    @property
    def difference(self) -> float:
        """Now less before."""
        return self.now - self.was

    @property
    def floor(self) -> float:
        """Less is no shift."""
        least, share = FLOORS[self.what]
        return least + share * self.was

    @property
    def is_shifted(self) -> bool:
        """More than the floor, and more than chance allows."""
        return self.margin is not None and abs(self.difference) > max(self.floor, self.margin)

    @property
    def is_unclear(self) -> bool:
        """Whether it has shifted cannot be told."""
        if self.is_shifted:
            return False
        return self.margin is None or self.margin > 2 * self.floor or abs(self.difference) > self.floor

    @property
    def text(self) -> str:
        """`p99 of pay: was 298.1 ms, is 331.0 ms: +32.9 ms, by chance 9.1; less than 16.9 is no shift`."""
        scale, form, unit = FORMS[self.what]
        values = f"was {value_text(self.what, self.was)}, is {value_text(self.what, self.now)}"
        plain = form.removeprefix("+")
        chance = "nobody knows" if self.margin is None else f"{self.margin * scale:{plain}}"
        told = f"{self.difference * scale:{form}}{unit}, by chance {chance}"
        return f"{self.what} of {self.of}: {values}: {told}; less than {self.floor * scale:{plain}} is no shift"


@dataclass(frozen=True, slots=True)
class Shifts:
    """What came of comparing."""

    drift: tuple[str, ...]
    unclear: tuple[str, ...]
    few: tuple[str, ...] = ()
    """Figures of which there is too little to compare them at all."""


def shifts(before: Sequence[Measured], now: Sequence[Measured]) -> Shifts:
    """Compare runs with those that were kept of them: the first with the first, and so on."""
    if len(before) < FEWEST_RUNS:
        few = f"{len(before)} runs can be compared: {FEWEST_RUNS} are needed, to see how much they differ by themselves"
        return Shifts((), (few,))
    if [each.plan.phases for each in before] != [each.plan.phases for each in now]:
        return Shifts(("its phases are others than before",), ())
    one, other = _pooled(before), _pooled(now)
    gone, come = one.seen - other.seen, other.seen - one.seen
    drift = [
        *(f"{each}: was there, is not" for each in sorted(gone)),
        *(f"{each}: was not there, is" for each in sorted(come)),
        *_asked_otherwise(one.operations, other.operations),
    ]
    is_paired = all(a.plan.asked == b.plan.asked for a, b in zip(before, now, strict=True))
    found = list(_compared(one, other, is_paired=is_paired))
    unclear = [each.text for each in found if each.is_unclear]
    if not found and not drift:
        unclear.append("too few operations to compare anything: more of them, or more runs (--repeat)")
    compared = {Name(each.what, each.of) for each in found}
    return Shifts(
        (*drift, *(each.text for each in found if each.is_shifted)),
        tuple(unclear),
        tuple(
            f"{what} of {of}"
            for of in sorted(one.operations.keys() & other.operations.keys())
            for what in (SUCCESS, P50, P99)
            if Name(what, of) not in compared
        ),
    )


def _asked_otherwise(was: Mapping[str, int], now: Mapping[str, int]) -> Iterator[str]:
    """Under another load nothing that is equal says anything."""
    for name in sorted(was.keys() & now.keys()):
        if abs(now[name] - was[name]) > MOST_LOAD * was[name]:
            yield f"{name}: was asked for {was[name]} times, is asked for {now[name]} times"


@dataclass(frozen=True, slots=True, eq=False)
class _Pooled:
    """Several runs as one, whose phases are drawn each for itself."""

    blocks: Blocks
    of_run: tuple[Floats, ...]
    """Of each run, 1 for its own blocks."""
    measures: Mapping[Name, Measure]
    operations: Mapping[str, int]
    """By name, how many were asked for."""
    vendors: frozenset[str]

    @property
    def seen(self) -> frozenset[str]:
        """All operations and vendors that it has anything of."""
        return self.vendors.union(self.operations)


def _pooled(runs: Sequence[Measured]) -> _Pooled:
    parts = [each.blocks for each in runs]
    edges = np.cumsum([0, *map(len, parts)]).tolist()
    count = edges[-1]
    blocks = Blocks(
        tuple(float(number) for number in range(count)),
        tuple(f"{nth} {phase}" for nth, part in enumerate(parts) for phase in part.phases),
    )
    of_run = tuple(np.array([float(low <= block < high) for block in range(count)]) for low, high in pairwise(edges))
    return _Pooled(
        blocks,
        of_run,
        dict(_measures(runs, edges, count)),
        operations=Counter(each.operation for run in runs for each in run.operations for _ in each.ms),
        vendors=frozenset(each.vendor for run in runs for each in run.vendors),
    )


def _measures(runs: Sequence[Measured], edges: Sequence[int], count: int) -> Iterator[tuple[Name, Measure]]:
    """Of what there is enough."""
    of_operations: dict[str, list[tuple[int, OfOperation]]] = defaultdict(list)
    of_vendors: dict[str, list[tuple[int, OfVendor]]] = defaultdict(list)
    for run, edge in zip(runs, edges, strict=False):
        for asked in run.operations:
            of_operations[asked.operation].append((edge + asked.block, asked))
        for sent in run.vendors:
            of_vendors[sent.vendor].append((edge + sent.block, sent))
    for name, operations in sorted(of_operations.items()):
        yield from _of_operation(name, operations, count)
    for name, vendors in sorted(of_vendors.items()):
        places = [place for place, _ in vendors]
        requests = _summed(places, [each.requests for _, each in vendors], count)
        asks = _summed(places, [each.asks for _, each in vendors], count)
        if asks.sum() >= FEWEST:
            yield Name(AMPLIFICATION, name), Ratio(requests, asks)


def _of_operation(name: str, rows: Sequence[tuple[int, OfOperation]], count: int) -> Iterator[tuple[Name, Measure]]:
    places, each_asked = [place for place, _ in rows], [len(each.ms) for _, each in rows]
    done = _summed(places, [each.done for _, each in rows], count)
    asked = _summed(places, each_asked, count)
    if asked.sum() >= FEWEST:
        yield Name(SUCCESS, name), Ratio(done, asked)
    took_s = [ms / 1000 for _, each in rows for ms in each.ms]
    sample = Sample.of(took_s, np.repeat(np.array(places, dtype=np.intp), each_asked), count)
    for what in (P50, P99):
        if asked.sum() * (1 - QUANTILES[what]) >= ABOVE:
            yield Name(what, name), Quantile(sample, QUANTILES[what])


def _summed(places: Sequence[int], values: Sequence[int], count: int) -> Floats:
    return np.bincount(places, values, count).astype(np.float64)


def _compared(one: _Pooled, other: _Pooled, *, is_paired: bool) -> Iterator[Shift]:
    for name, was in one.measures.items():
        now = other.measures.get(name)
        if now is None:
            continue
        values = value_of(was, one.blocks), value_of(now, other.blocks)
        if values[0] is None or values[1] is None:
            continue
        margin = _margin(was, now, one, other, is_paired=is_paired)
        yield Shift(what=name.what, of=name.of, was=values[0], now=values[1], margin=margin)


def _margin(was: Measure, now: Measure, one: _Pooled, other: _Pooled, *, is_paired: bool) -> float | None:
    of_moments = deviation_of(was, now, (one.blocks, other.blocks), is_paired=is_paired)
    apart = now.of(np.array(other.of_run)) - was.of(np.array(one.of_run))
    if of_moments is None or np.isnan(apart).any():
        return None
    of_runs = stdev(apart.tolist()) / sqrt(len(apart))
    student = STUDENT[min(len(apart) - 1, len(STUDENT)) - 1]
    return max(NORMAL * of_moments, float(student * of_runs))
