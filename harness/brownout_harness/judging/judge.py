"""From evidence to a verdict. Pure: the same evidence gives the same verdict.

passed        every expectation held, every fault struck, the harness kept its promise
failed        an expectation did not hold
inconclusive  the experiment did not happen as asked: too few samples, a fault that struck too little, a harness that
              fell short

Failed beats inconclusive, with one limit. Where the harness fell short or a fault did not strike, a demand about
speed or recovery was not put to the test: its failure is then inconclusive. What the ledgers prove (a double charge, a
lost order) happened whatever the load was, and stays failed. `docs/verdicts.md` has the table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import polars as pl

from brownout_core.telemetry import Kind
from brownout_harness.judging.evidence import Death, Evidence, Gap, GapKind
from brownout_harness.judging.expectations.base import Expectation, counted
from brownout_harness.judging.expectations.bounds import relatives_in
from brownout_harness.judging.groups import of_group
from brownout_harness.judging.inputs import SPELLS_LIMIT
from brownout_harness.judging.metrics import phase_metrics, vendor_metrics
from brownout_harness.judging.settings import settings_of
from brownout_harness.judging.whereabouts import advice
from brownout_reports.rows import EventRow
from brownout_reports.run_folder import Environment, ExpectationResult, Holding, Mark, Status, Verdict
from brownout_reports.spans import FaultSpan
from brownout_reports.tables import Rows

GAP_WORDS = {
    "fell_behind": "the load fell behind",
    "in_flight_bound": "the bound on operations in flight was reached",
    "clock_jump": "the clock jumped",
    "stalled": "a process of the harness's own stood still",
    "ledger_overflow": "a ledger was full",
    "drain_not_finished": "the drain was not finished",
    "evidence_lost": "evidence was lost",
    "load_lost": "what was asked for is not all known",
    "interrupted": "interrupted",
    "not_staged": "an action was not taken as asked",
    "changed_live": "a fault was changed by hand",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the expectations, the faults and the gaps come to."""

    status: Status
    results: tuple[ExpectationResult, ...]
    reasons: tuple[str, ...]
    """Why it is inconclusive, or would be if it had not failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Which run it was: what a verdict says that is no matter of judgement."""

    scenario: str
    about: str
    tags: tuple[str, ...] = ()
    follows: str = ""
    mode: Literal["virtual", "real"]
    target: str
    seed: int
    command: str
    environment: Environment
    started: str = ""
    notes: tuple[str, ...] = ()
    held: tuple[Holding, ...] = ()
    """What processes held, for the report."""


class Shortfall(NamedTuple):
    """In what the experiment did not happen as asked."""

    text: str
    since_s: float = float("-inf")
    """From when on; what was over by then was put to the test."""
    excuses: bool = True
    """Whether what then failed was not put to the test; not where the target itself is to blame for the shortfall."""


def judge(evidence: Evidence, expectations: Sequence[Expectation]) -> Judgement:
    """Judge every expectation, then the run."""
    shortfalls = tuple(_shortfalls(evidence))
    excused_from_s = min((each.since_s for each in shortfalls if each.excuses), default=float("inf"))
    results = tuple(_result(evidence, each, excused_from_s) for each in expectations)
    unclear = [f"{each.title}: {each.observed}" for each in results if each.status is Status.INCONCLUSIVE]
    nothing = () if expectations else ("the scenario expects nothing: there is nothing to judge",)
    reasons = (*(each.text for each in shortfalls), *unclear, *nothing)
    reasons = (*reasons, *advice(evidence)) if reasons else ()
    if any(each.status is Status.FAILED for each in results):
        return Judgement(Status.FAILED, results, reasons)
    return Judgement(Status.INCONCLUSIVE if reasons else Status.PASSED, results, reasons)


def _result(evidence: Evidence, expectation: Expectation, excused_from_s: float) -> ExpectationResult:
    evidence = of_group(evidence, getattr(expectation, "group", ""))
    result = expectation.judge(evidence)
    if result.status is not Status.FAILED:
        return result
    if _is_proven(evidence, expectation) or _ends_at_s(evidence, expectation) <= excused_from_s:
        return result
    observed = f"{result.observed}; not proven, because the experiment did not happen as asked"
    return result.model_copy(update={"status": Status.INCONCLUSIVE, "observed": observed})


def _is_proven(evidence: Evidence, expectation: Expectation) -> bool:
    """By the ledgers; where a process stood still, by nothing in them that is a matter of time or of number: a request
    that waits in a simulator's socket is booked late, and an answer that does not come is asked for again."""
    if evidence.is_interrupted or any(gap.kind is GapKind.LOAD_LOST for gap in evidence.gaps):
        return False  # something may have been asked for that is in nobody's rows
    if evidence.has_stalled and not getattr(expectation, "TIMELESS", False):
        return False
    proves = getattr(expectation, "proves", lambda _evidence: expectation.LEDGER_PROVES)
    return bool(proves(evidence))


def _ends_at_s(evidence: Evidence, expectation: Expectation) -> float:
    """The end of the phase that it is about, and of those that it compares it with; of those that count from one phase
    into another, never."""
    if hasattr(expectation, "of"):
        return float("inf")
    names = [getattr(expectation, "during", ""), *(each.of for each in relatives_in(expectation))]
    phases = [evidence.phase(name) for name in names]
    return max(float("inf") if phase is None else phase.end_s for phase in phases)


def _shortfalls(evidence: Evidence) -> Iterable[Shortfall]:
    """What keeps a run from passing, whatever the expectations say."""
    for gap in evidence.gaps:
        at = "" if gap.at_s is None else f" at {gap.at_s:.3f} s"
        yield Shortfall(_gap_text(gap, at))  # whatever the harness fell short of may have begun sooner than it was seen
    for vendor, ids in evidence.strangers.items():
        where = f"say where the operation's id is: correlate: {{{vendor}: [header.<name>, body.<path>]}}"
        yield Shortfall(
            f"no id that {vendor} was sent is an operation's, such as {' and '.join(map(repr, ids))}; {where}"
        )
    if evidence.operations and not evidence.vendors:
        yield Shortfall("no request reached any vendor's simulator: the target asks elsewhere, or nobody")
    for fault in together(evidence.faults):
        if fault.struck < fault.expect_struck:
            yield _struck_too_little(evidence, fault)


def together(faults: Iterable[FaultSpan]) -> Iterable[FaultSpan]:
    """The faults, those of one story at one vendor as one: the rows of an incident are one experiment."""
    of: dict[tuple[str, str], FaultSpan] = {}
    for fault in faults:
        first = of.get(fault.experiment)
        of[fault.experiment] = fault if first is None else first.joined(fault)
    return of.values()


def _gap_text(gap: Gap, at: str = "") -> str:
    words = GAP_WORDS.get(gap.kind, "")
    return f"{words}{at}: {gap.detail}" if words else f"{gap.detail}{at}"


def _struck_too_little(evidence: Evidence, fault: FaultSpan) -> Shortfall:
    """Whose breaker turned the calls away that the fault was to strike has put itself to the test."""
    rejections = evidence.events_by_kind.get("call_rejected", Rows.none(EventRow))
    by_breaker = (pl.col("vendor") == fault.vendor) & (pl.col("outcome") == "breaker")
    turned_away = rejections.within(fault.start_s, fault.end_s).count(by_breaker)
    by_itself = fault.struck + turned_away >= fault.expect_struck
    could = "were open meanwhile" if fault.link else "it matched"
    struck = f"struck {counted(fault.struck, fault.unit)} of {fault.matched} that {could}"
    what = fault.text if fault.link else f"{fault.text} at {fault.vendor}"
    text = f"fault {fault.id} ({what}) {struck}, at least {fault.expect_struck} needed"
    if fault.on is not None:
        text += f"; {_turns(fault.on)}"
    if by_itself:
        text += f"; the target's own breaker turned {counted(turned_away, 'call')} away"
    return Shortfall(text, fault.start_s, excuses=not by_itself)


def _turns(on: Sequence[tuple[float, float]]) -> str:
    """Of a fault that is on and off in turn."""
    if not on:
        return "it was never on: take another seed, or a longer phase"
    if len(on) >= SPELLS_LIMIT:
        return f"it was on {SPELLS_LIMIT} times or more"
    return f"it was on {counted(len(on), 'time')}, for {sum(end_s - start_s for start_s, end_s in on):.1f} s in all"


def verdict_on(evidence: Evidence, expectations: Sequence[Expectation], about: About) -> Verdict:
    """The whole `verdict.json`. A failed run's shortfalls are told in its notes."""
    judgement = judge(evidence, expectations)
    inconclusive = judgement.status is Status.INCONCLUSIVE
    beside = () if inconclusive else tuple(f"could not be judged: {reason}" for reason in judgement.reasons)
    return Verdict(
        scenario=about.scenario,
        about=about.about,
        tags=about.tags,
        follows=about.follows,
        mode=about.mode,
        target=about.target,
        seed=about.seed,
        verdict=judgement.status,
        reasons=judgement.reasons if inconclusive else (),
        command=about.command,
        started=about.started,
        duration_s=evidence.duration_s,
        expectations=judgement.results,
        phases=evidence.phases,
        faults=evidence.faults,
        phase_metrics=phase_metrics(evidence),
        vendor_metrics=vendor_metrics(evidence),
        environment=about.environment,
        marks=_marks(evidence),
        settings=settings_of(evidence.policies),
        held=about.held,
        notes=(*about.notes, *_replaced(evidence), *(_said_last(evidence, each) for each in evidence.deaths), *beside),
    )


def _marks(evidence: Evidence) -> tuple[Mark, ...]:
    """What befell the run beside its faults, in the order of its instants; first what has none."""
    marks = [Mark(kind="action", text=each.text, at_s=each.at_s) for each in evidence.deeds]
    marks += [Mark(kind="death", text=f"{each.process} ended unasked", at_s=each.at_s) for each in evidence.deaths]
    marks += [Mark(kind="gap", text=_gap_text(each), at_s=each.at_s, until_s=each.until_s) for each in evidence.gaps]
    return tuple(sorted(marks, key=lambda mark: float("-inf") if mark.at_s is None else mark.at_s))


def _replaced(evidence: Evidence) -> Iterable[str]:
    """The target says it itself, in each of its lives: what is judged is then not the application as it ships."""
    started = evidence.events_by_kind.get(Kind.STARTED, Rows.none(EventRow))
    for parts in started.where(pl.col("outcome") != "").values(pl.col("outcome").unique()):
        yield f"the gateway ran with other parts than its own: {evidence.masked(parts)}"


def _said_last(evidence: Evidence, death: Death) -> str:
    """The end of its log, for whoever looks for the cause."""
    lines = evidence.masked("\n".join(death.said_last)) or "(nothing)"
    return f"the last lines of {death.process}, which ended at {death.at_s:.3f} s:\n{lines}"
