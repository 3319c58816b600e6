"""A comparison as JSON, and in words.

Times are in seconds, shares of one; a difference is the later run's figure less the first one's.
"""

from typing import Final

from brownout_harness.comparing.comparison import Comparison, Difference, Side
from brownout_harness.comparing.figures import AMPLIFICATION, P50, P95, P99, SUCCESS, Name
from brownout_harness.comparing.intervals import LEVEL, SEED, TIMES
from brownout_harness.comparing.otherwise import Otherwise
from brownout_reports.run_folder import Status
from brownout_reports.spans import Frozen

NOTHING: Final = "-"
MILLISECONDS: Final = (1000, "+.1f", " ms")
COUNT: Final = (1, "+.0f", "")
FORMS: Final = {
    SUCCESS: (100, "+.2f", " points"),
    P50: MILLISECONDS,
    P95: MILLISECONDS,
    P99: MILLISECONDS,
    AMPLIFICATION: (1, "+.4f", ""),
}
"""Of a difference: by what it is multiplied, how it is written, and its unit."""
METHOD: Final = (
    f"""Each interval holds {LEVEL:.0%} of the differences that {TIMES} redrawn pairs of runs show. A run is redrawn
    from blocks of its own time, of about two seconds or longer, as many of each phase as it has (seed {SEED}: the same
    runs give the same intervals). Where both runs were asked for the same operations at the same instants, the same
    blocks are drawn of both.""",
    """In virtual time, on one seed, nothing is left to chance: each difference is there, and has a cause. The interval
    then says whether it would be with other moments of the same kind.""",
    """What the intervals do not tell: how else a run could have gone as a whole. A breaker that opened once opens once
    in each redrawn run; what is left to chance there, only further seeds show. And what happened in neither run happens
    in none that is redrawn: that both were done to 100 % does not show that they would be again.""",
)


class ToldRun(Frozen):
    """One of the runs."""

    label: str
    folder: str
    scenario: str
    mode: str
    seed: int
    target: str
    verdict: Status
    started: str


class ToldDifference(Frozen):
    """Of one figure, to the first run's."""

    run: str
    value: float | None
    low: float | None
    high: float | None
    is_beyond_chance: bool | None
    """None: nobody can say it; `why` says why not."""
    is_paired: bool
    why: str


class ToldFigure(Frozen):
    """One figure of all runs."""

    what: str
    of: str
    phase: str
    """Empty: the whole run."""
    values: tuple[float | None, ...]
    differences: tuple[ToldDifference, ...]


class ToldOperation(Frozen):
    """An operation that went differently."""

    operation_id: str
    name: str
    differs_in: str
    ways: tuple[str, str]


class ToldOtherwise(Frozen):
    """Those of one run that went differently than in the first."""

    run: str
    is_compared: bool
    """False: it was asked for other operations, or at other instants."""
    shared: int
    counts: dict[str, int]
    shown: tuple[ToldOperation, ...]


class Told(Frozen):
    """What `--json` prints."""

    version: int = 1
    is_sound: bool
    """False: of some of the runs nothing can be said."""
    unsound: tuple[str, ...]
    remarks: tuple[str, ...]
    runs: tuple[ToldRun, ...]
    figures: tuple[ToldFigure, ...]
    otherwise: tuple[ToldOtherwise, ...]
    method: tuple[str, ...] = tuple(" ".join(each.split()) for each in METHOD)


def told(comparison: Comparison) -> Told:
    """All of it."""
    others = comparison.sides[1:]
    return Told(
        is_sound=not comparison.unsound,
        unsound=comparison.unsound,
        remarks=comparison.remarks,
        runs=tuple(map(_run, comparison.sides)),
        figures=tuple(_figure(comparison, name) for name in comparison.names),
        otherwise=tuple(_otherwise(side, each) for side, each in zip(others, comparison.otherwise, strict=True)),
    )


def _run(side: Side) -> ToldRun:
    verdict = side.verdict
    return ToldRun(
        label=side.label,
        folder=str(side.run.path),
        scenario=verdict.scenario,
        mode=verdict.mode,
        seed=verdict.seed,
        target=verdict.target,
        verdict=verdict.verdict,
        started=verdict.started,
    )


def _figure(comparison: Comparison, name: Name) -> ToldFigure:
    there = [side.figures.get(name) for side in comparison.sides]
    each = zip(comparison.sides[1:], comparison.differences[name], comparison.alike, strict=True)
    return ToldFigure(
        what=name.what,
        of=name.of,
        phase=name.phase,
        values=tuple(None if figure is None else figure.value for figure in there),
        differences=tuple(_difference(side.label, difference, is_paired=alike) for side, difference, alike in each),
    )


def _difference(run: str, difference: Difference, *, is_paired: bool) -> ToldDifference:
    interval = difference.interval
    return ToldDifference(
        run=run,
        value=difference.value,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        is_beyond_chance=interval.excludes_zero if interval else None,
        is_paired=is_paired,
        why=difference.why,
    )


def _otherwise(side: Side, found: Otherwise | None) -> ToldOtherwise:
    if found is None:
        return ToldOtherwise(run=side.label, is_compared=False, shared=0, counts={}, shown=())
    shown = tuple(
        ToldOperation(operation_id=each.operation_id, name=each.name, differs_in=each.kind, ways=each.ways)
        for each in found.shown
    )
    return ToldOtherwise(run=side.label, is_compared=True, shared=found.shared, counts=dict(found.counts), shown=shown)


def headline(found: Told) -> str:
    """In a few sentences, for whoever reads no further."""
    compared = [each for each in found.otherwise if each.is_compared and found.is_sound]
    return " ".join([_of_differences(found), *map(_of_operations, compared)])


def _of_differences(found: Told) -> str:
    every = [each for figure in found.figures for each in figure.differences]
    said = [each for each in every if each.is_beyond_chance is not None]
    beyond = sum(bool(each.is_beyond_chance) for each in said)
    if not said:
        return "Nothing can be said of any difference."
    count = f"{beyond} are" if beyond > 1 else "one is" if beyond else "none is"
    chance = f"if chance alone were at work, {(1 - LEVEL) * 100:.0f} % of them would seem to be"
    return f"Of {len(said)} differences with an interval {count} beyond chance; {chance}."


def _of_operations(found: ToldOtherwise) -> str:
    """Beside the figures: in virtual time each operation that went differently has a cause, however few they are."""
    count = sum(found.counts.values())
    return f"In {found.run} {count or 'none'} of {found.shared} operations went differently."


def otherwise_text(found: ToldOtherwise, first: str) -> str:
    """`48 of 4005 operations went differently in B than in A: 40 in their outcome, 8 in their requests`."""
    if not found.is_compared:
        return f"{found.run} was asked for other operations than {first}, or at other instants: none can be compared"
    if not found.counts:
        return f"all {found.shared} operations went in {found.run} as in {first}, but for how long they took"
    kinds = ", ".join(f"{count} in their {kind}" for kind, count in found.counts.items())
    count = f"{sum(found.counts.values())} of {found.shared} operations"
    return f"{count} went differently in {found.run} than in {first}: {kinds}"


def value_text(what: str, value: float | None) -> str:
    """`98.31 %`, `81.2 ms`, `1.071`, `72`."""
    if value is None:
        return NOTHING
    if what == SUCCESS:
        return f"{value * 100:.2f} %"
    if what in (P50, P95, P99):
        return f"{value * 1000:.1f} ms" if abs(value) < 1 else f"{value:.3f} s"
    return f"{value:.4f}" if what == AMPLIFICATION else f"{value:.0f}"


def difference_text(what: str, difference: ToldDifference, of: float | None) -> str:
    """`+12.0 ms (+3.1 %), 95 % from +4.1 to +19.7`; `of` is the first run's value."""
    if difference.value is None:
        return difference.why
    scale, form, unit = FORMS.get(what, COUNT)
    share = f" ({difference.value / of * 100:+.1f} %)" if of and what != SUCCESS and difference.value else ""
    value = f"{difference.value * scale:{form}}{unit}{share}"
    if difference.low is None or difference.high is None:
        return f"{value}, no interval: {difference.why}"
    if difference.value == difference.low == difference.high == 0:
        return "the same"
    return f"{value}, {LEVEL * 100:.0f} % from {difference.low * scale:{form}} to {difference.high * scale:{form}}"
