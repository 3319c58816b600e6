"""Two runs of one experiment, virtual and real, held against each other: figure by figure, with the limits.

    success         the share of an operation's askings that were done      0.5 points
    p99             its 99th percentile of latency                           10 % + 20 ms
    amplification   requests at a vendor per asking                          1 %
    breaker         each opening and closing, matched in their order         0.5 s

Shares of the smaller of the two values. Of several seeds the counts of the first three are taken together, so that what
a single run has too few samples for can be said. Fewer than a limit needs, and a figure says nothing: it is neither
within nor outside, and a pair with such a figure does not agree.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final

import polars as pl

from brownout_harness.comparing.seen import Load, Move, Seen
from brownout_harness.judging.expectations.latency import MINIMUM_FOR, quantile
from brownout_reports.run_folder import Status, Verdict
from brownout_scenarios.schema import Scenario

SUCCESS: Final = "success"
P99: Final = "p99"
AMPLIFICATION: Final = "amplification"
BREAKER: Final = "breaker"

ALLOWED: Final[Mapping[str, Callable[[float, float], float]]] = {
    SUCCESS: lambda _virtual, _real: 0.005,
    P99: lambda virtual, real: 0.1 * min(virtual, real) + 0.020,
    AMPLIFICATION: lambda virtual, real: 0.01 * min(virtual, real),
    BREAKER: lambda _virtual, _real: 0.5,
}
"""How far the two values of a figure may be apart."""
NEEDED: Final = {SUCCESS: 200, P99: MINIMUM_FOR[0.99], AMPLIFICATION: 100}
"""Askings in each mode: of fewer, one alone is more than the limit; above the 99th percentile there must be a value."""
ROUNDING: Final = 1e-9
NONE: Final = pl.Series(dtype=pl.Float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number, from both modes."""

    what: str
    of: str
    """An operation, a vendor; of a breaker's move in words which."""
    virtual: float | None
    real: float | None
    """In seconds, shares or times; None: there was none."""
    within: bool | None
    """None: nothing can be said."""
    why: str = ""
    """Of what cannot be said, or of a value that is not there."""
    in_spread: bool = False
    """It is not within the limit, and is within what virtual time shows of the scenario when calls take some
    milliseconds longer (`spread.py`): it has no one value, and so says nothing of how far the modes agree."""

    @property
    def difference(self) -> float | None:
        """Real less virtual; None where one of them is not there."""
        return None if self.virtual is None or self.real is None else self.real - self.virtual


@dataclass(frozen=True, slots=True)
class Pair:
    """One seed, in both modes."""

    virtual: Seen
    real: Seen
    scenario: Scenario
    """What both ran."""

    @property
    def differing(self) -> tuple[str, ...]:
        """What one mode's verdict says and the other's denies."""
        return tuple(_differing(self.virtual.verdict, self.real.verdict))

    @property
    def undecided(self) -> tuple[str, ...]:
        """Why one of the runs says nothing."""
        both = (self.virtual.verdict, self.real.verdict)
        return tuple(f"{each.mode}: {reason}" for each in both for reason in _undecided(each))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What is to be said of one scenario."""

    scenario: str
    pairs: tuple[Pair, ...]
    figures: tuple[Figure, ...]
    unmade: tuple[str, ...] = ()
    """Runs that came to no verdict, and why."""

    @property
    def outside(self) -> tuple[Figure, ...]:
        """Those that are too far apart."""
        return tuple(each for each in self.figures if each.within is False)

    @property
    def unsaid(self) -> tuple[Figure, ...]:
        """Those of which nothing can be said."""
        return tuple(each for each in self.figures if each.within is None)

    @property
    def status(self) -> Status:
        """Failed: the verdicts differ, or a figure is outside. Passed: everything was compared, and is within."""
        if self.outside or any(pair.differing for pair in self.pairs):
            return Status.FAILED
        if self.unmade or self.unsaid or not self.figures or any(pair.undecided for pair in self.pairs):
            return Status.INCONCLUSIVE
        return Status.PASSED


def agreement_of(scenario: str, pairs: Sequence[Pair], unmade: Sequence[str] = ()) -> Agreement:
    """Compare. A pair with a run that says nothing is compared in nothing: the experiment was another one."""
    sound = [pair for pair in pairs if not pair.undecided]
    figures = tuple(_figures(sound)) if sound else ()
    return Agreement(scenario=scenario, pairs=tuple(pairs), figures=figures, unmade=tuple(unmade))


def with_spread(agreement: Agreement, others: Sequence[Sequence[Pair]]) -> Agreement:
    """The same, but what is outside is compared with all that virtual time shows: each of `others` has the sound pairs,
    with another virtual run in each."""
    shown = [{(each.what, each.of): each.virtual for each in _figures(pairs)} for pairs in others]
    figures = tuple(
        _in_spread(each, [each.virtual, *(values.get((each.what, each.of)) for values in shown)])
        if each.within is False
        else each
        for each in agreement.figures
    )
    return replace(agreement, figures=figures)


def _in_spread(figure: Figure, shown: Sequence[float | None]) -> Figure:
    """`shown` has None where there is no such value: a breaker that did not move so often."""
    values = [each for each in shown if each is not None]
    if figure.real is None:
        is_shown = len(values) < len(shown)
    elif values:
        low, high = min(values), max(values)
        apart = max(low - figure.real, figure.real - high, 0.0)
        is_shown = apart <= ALLOWED[figure.what](low if figure.real < low else high, figure.real) + ROUNDING
    else:
        is_shown = False
    return replace(figure, within=None, in_spread=True) if is_shown else figure


def _differing(virtual: Verdict, real: Verdict) -> Iterator[str]:
    if Status.INCONCLUSIVE in (virtual.verdict, real.verdict):
        return
    seed = f"seed {virtual.seed}"
    if virtual.verdict is not real.verdict:
        yield f"{seed}: {virtual.verdict} in virtual time, {real.verdict} for real"
    # Demands of equal words stand in one order in both: paired one by one.
    for one, other in zip(virtual.expectations, real.expectations, strict=False):
        if {one.status, other.status} == {Status.PASSED, Status.FAILED}:
            yield f"{seed}: {one.title}: virtual {one.status} ({one.observed}), real {other.status} ({other.observed})"


def _undecided(verdict: Verdict) -> Iterator[str]:
    """A failed run may have fallen short, too: its figures are then those of another experiment."""
    if verdict.verdict is Status.INCONCLUSIVE:
        yield from (f"seed {verdict.seed} is inconclusive: {reason}" for reason in verdict.reasons)
    elif gaps := [mark.text for mark in verdict.marks if mark.kind == "gap"]:
        yield f"seed {verdict.seed} fell short: {gaps[0]}"


def _figures(pairs: Sequence[Pair]) -> Iterator[Figure]:
    for name in sorted({name for pair in pairs for seen in (pair.virtual, pair.real) for name in seen.latencies}):
        yield from _of_operation(name, pairs)
    for vendor in sorted({name for pair in pairs for seen in (pair.virtual, pair.real) for name in seen.loads}):
        yield _amplification(vendor, pairs)
    for pair in pairs:
        seed = f", seed {pair.virtual.verdict.seed}" if len(pairs) > 1 else ""
        for whose in sorted({*pair.virtual.moves, *pair.real.moves}):
            yield from _breaker(f"{whose}{seed}", pair.virtual.moves.get(whose, ()), pair.real.moves.get(whose, ()))


def _of_operation(name: str, pairs: Sequence[Pair]) -> Iterator[Figure]:
    modes = ([pair.virtual for pair in pairs], [pair.real for pair in pairs])
    asked = [pl.concat(seen.latencies.get(name, NONE) for seen in some).sort() for some in modes]
    counts = [len(each) for each in asked]
    done = [sum(seen.done.get(name, 0) for seen in some) for some in modes]
    what = f"{name} operations"
    shares = [count / of if of else None for count, of in zip(done, counts, strict=True)]
    yield _judged(SUCCESS, name, shares[0], shares[1], few=_few(SUCCESS, min(counts), what))
    p99s = [quantile(each, 0.99) if len(each) else None for each in asked]
    yield _judged(P99, name, p99s[0], p99s[1], few=_few(P99, min(counts), what))


def _amplification(vendor: str, pairs: Sequence[Pair]) -> Figure:
    virtual = _together([pair.virtual.loads.get(vendor) for pair in pairs])
    real = _together([pair.real.loads.get(vendor) for pair in pairs])
    ratios = [each.requests / each.asks if each.asks else None for each in (virtual, real)]
    few = _few(AMPLIFICATION, min(virtual.asks, real.asks), f"askings that reached {vendor}")
    return _judged(AMPLIFICATION, vendor, ratios[0], ratios[1], few=few)


def _together(loads: Sequence[Load | None]) -> Load:
    there = [each for each in loads if each is not None]
    return Load(sum(each.requests for each in there), sum(each.asks for each in there))


def _breaker(whose: str, virtual: Sequence[Move], real: Sequence[Move]) -> Iterator[Figure]:
    """A move that only one mode made is outside: there is nothing to match it with."""
    for number, (one, other) in enumerate(zip_longest(virtual, real), 1):
        to = (one or other or Move("", 0.0)).to
        at = [None if each is None else each.at_s for each in (one, other)]
        label = f"{whose}: move {number}, {to}"
        if one is None or other is None or one.to != other.to:
            where = "virtual time" if other is None else "real time"
            why = f"only in {where}" if None in (one, other) else "to different states"
            yield Figure(what=BREAKER, of=label, virtual=at[0], real=at[1], within=False, why=why)
        else:
            yield _judged(BREAKER, label, one.at_s, other.at_s)


def _few(what: str, count: int, of: str) -> str:
    return f"{count} {of}, {NEEDED[what]} needed" if count < NEEDED[what] else ""


def _judged(what: str, of: str, virtual: float | None, real: float | None, *, few: str = "") -> Figure:
    """`few`: what there are too few of to say anything."""
    within: bool | None = None
    why = ""
    if few:
        why = f"too few samples: {few}"
    elif virtual is not None and real is not None:
        within = abs(real - virtual) <= ALLOWED[what](virtual, real) + ROUNDING
    return Figure(what=what, of=of, virtual=virtual, real=real, within=within, why=why)
