"""How far the modes agree, as JSON and as Markdown.

Times are in seconds, shares of one, differences real less virtual.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from brownout_harness.real.machine import MACHINE
from brownout_harness.twin.agreement import AMPLIFICATION, BREAKER, P99, SUCCESS, Agreement, Figure, Pair
from brownout_reports.run_folder import Status
from brownout_reports.spans import Frozen

MARKS: Final = {Status.PASSED: "agrees", Status.FAILED: "differs", Status.INCONCLUSIVE: "cannot be said"}
WITHIN: Final = {True: "within", False: "outside", None: "unsaid"}
IN_SPREAD: Final = "in the spread"
NOTHING: Final = "-"


class ToldFigure(Frozen):
    """One figure, from both modes."""

    what: str
    of: str
    virtual: float | None
    real: float | None
    difference: float | None
    within: bool | None
    """None: nothing can be said; `why` says why not."""
    in_spread: bool
    """Within what virtual time shows of the scenario by itself; not within the limit."""
    why: str = ""


class ToldPair(Frozen):
    """One seed."""

    seed: int
    virtual: Status
    real: Status
    differing: tuple[str, ...]
    undecided: tuple[str, ...]
    left_out: int
    """Operations that were asked for while the target was starting again."""
    machine: str
    """What the real run says of the machine that it was made on; empty where it says nothing."""


class ToldScenario(Frozen):
    """One scenario."""

    scenario: str
    status: Status
    pairs: tuple[ToldPair, ...]
    unmade: tuple[str, ...]
    figures: tuple[ToldFigure, ...]


class Told(Frozen):
    """`twin.json`."""

    version: int = 1
    scenarios: tuple[ToldScenario, ...]


def told(agreements: Sequence[Agreement]) -> Told:
    """All that was found."""
    return Told(scenarios=tuple(_scenario(each) for each in agreements))


def _scenario(agreement: Agreement) -> ToldScenario:
    return ToldScenario(
        scenario=agreement.scenario,
        status=agreement.status,
        pairs=tuple(_pair(each) for each in agreement.pairs),
        unmade=agreement.unmade,
        figures=tuple(_figure(each) for each in agreement.figures),
    )


def _pair(pair: Pair) -> ToldPair:
    virtual, real = pair.virtual.verdict, pair.real.verdict
    return ToldPair(
        seed=virtual.seed,
        virtual=virtual.verdict,
        real=real.verdict,
        differing=pair.differing,
        undecided=pair.undecided,
        left_out=pair.real.left_out,
        machine=next((note.removeprefix(MACHINE) for note in real.notes if note.startswith(MACHINE)), ""),
    )


def _figure(figure: Figure) -> ToldFigure:
    return ToldFigure(
        what=figure.what,
        of=figure.of,
        virtual=figure.virtual,
        real=figure.real,
        difference=figure.difference,
        within=figure.within,
        in_spread=figure.in_spread,
        why=figure.why,
    )


def value_text(what: str, value: float | None) -> str:
    """`98.31 %`, `812 ms`, `1.071`, `22.512 s`."""
    if value is None:
        return NOTHING
    return {
        SUCCESS: f"{value * 100:.2f} %",
        P99: f"{value * 1000:.0f} ms",
        AMPLIFICATION: f"{value:.4f}",
        BREAKER: f"{value:.3f} s",
    }[what]


def difference_text(figure: ToldFigure) -> str:
    """`+0.12 points`, `+12 ms (+3 %)`, `-0.4 %`, `+0.103 s`."""
    if figure.difference is None or figure.virtual is None:
        return NOTHING
    share = f"{figure.difference / figure.virtual * 100:+.1f} %" if figure.virtual else NOTHING
    return {
        SUCCESS: f"{figure.difference * 100:+.2f} points",
        P99: f"{figure.difference * 1000:+.0f} ms ({share})",
        AMPLIFICATION: share,
        BREAKER: f"{figure.difference:+.3f} s",
    }[figure.what]


def within_text(figure: ToldFigure) -> str:
    """`within`, or what else it is and why."""
    text = IN_SPREAD if figure.in_spread else WITHIN[figure.within]
    return f"{text}: {figure.why}" if figure.why else text


def remarks(scenario: ToldScenario) -> Iterator[str]:
    """What stands before the figures: differing verdicts first."""
    for pair in scenario.pairs:
        yield from (f"the verdicts differ: {each}" for each in pair.differing)
    for pair in scenario.pairs:
        yield from pair.undecided
    yield from scenario.unmade
    for pair in scenario.pairs:
        if pair.left_out:
            yield f"seed {pair.seed}: {pair.left_out} operations left out, asked for while the target was starting"


def counts_of(scenario: ToldScenario) -> dict[str, int]:
    """How many figures are what."""
    kinds = [IN_SPREAD if each.in_spread else WITHIN[each.within] for each in scenario.figures]
    return {kind: kinds.count(kind) for kind in (WITHIN[True], IN_SPREAD, WITHIN[False], WITHIN[None])}


def markdown(found: Told) -> str:
    """A section for a page: a summary, then every figure."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Told) -> Iterator[str]:
    yield "| scenario | seeds | virtual and real | within | in the spread | outside | unsaid | machine |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | --- |"
    for each in found.scenarios:
        counts = counts_of(each)
        seeds = ", ".join(str(pair.seed) for pair in each.pairs)
        machine = "; ".join(dict.fromkeys(pair.machine for pair in each.pairs if pair.machine)) or "not known"
        row = [each.scenario, seeds, MARKS[each.status], *map(str, counts.values()), machine]
        yield f"| {' | '.join(map(_cell, row))} |"
    for each in found.scenarios:
        yield from ("", f"### {_cell(each.scenario)}", "")
        said = [f"- {_cell(remark)}" for remark in remarks(each)]
        yield from ([*said, ""] if said else [])
        if each.figures:
            yield "| figure | of | virtual | real | difference | |"
            yield "| --- | --- | ---: | ---: | ---: | --- |"
        for figure in each.figures:
            values = [value_text(figure.what, value) for value in (figure.virtual, figure.real)]
            row = [figure.what, figure.of, *values, difference_text(figure), within_text(figure)]
            yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
