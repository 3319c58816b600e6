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
from typing import Literal

from brownout_harness.judging.evidence import Death, Evidence
from brownout_harness.judging.expectations.base import Expectation, counted
from brownout_harness.judging.metrics import phase_metrics, vendor_metrics
from brownout_reports.run_folder import Environment, ExpectationResult, FaultSpan, Status, Verdict

GAP_WORDS = {
    "fell_behind": "the load fell behind",
    "in_flight_bound": "the bound on operations in flight was reached",
    "clock_jump": "the clock jumped",
    "ledger_overflow": "a ledger was full",
    "drain_not_finished": "the drain was not finished",
    "evidence_lost": "evidence was lost",
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
    mode: Literal["virtual", "real"]
    target: str
    seed: int
    command: str
    environment: Environment
    started: str = ""
    notes: tuple[str, ...] = ()


def judge(evidence: Evidence, expectations: Sequence[Expectation]) -> Judgement:
    """Judge every expectation, then the run."""
    shortfalls = tuple(_shortfalls(evidence))
    results = tuple(_result(evidence, each, bool(shortfalls)) for each in expectations)
    unclear = [f"{each.title}: {each.observed}" for each in results if each.status is Status.INCONCLUSIVE]
    nothing = () if expectations else ("the scenario expects nothing: there is nothing to judge",)
    reasons = (*shortfalls, *unclear, *nothing)
    if any(each.status is Status.FAILED for each in results):
        return Judgement(Status.FAILED, results, reasons)
    return Judgement(Status.INCONCLUSIVE if reasons else Status.PASSED, results, reasons)


def _result(evidence: Evidence, expectation: Expectation, fell_short: bool) -> ExpectationResult:
    result = expectation.judge(evidence)
    if not fell_short or result.status is not Status.FAILED or expectation.LEDGER_PROVES:
        return result
    observed = f"{result.observed}; not proven, because the experiment did not happen as asked"
    return result.model_copy(update={"status": Status.INCONCLUSIVE, "observed": observed})


def _shortfalls(evidence: Evidence) -> Iterable[str]:
    """What keeps a run from passing, whatever the expectations say."""
    for gap in evidence.gaps:
        at = "" if gap.at_s is None else f" at {gap.at_s:.3f} s"
        words = GAP_WORDS.get(gap.kind, "")
        yield f"{words}{at}: {gap.detail}" if words else f"{gap.detail}{at}"
    for vendor, ids in evidence.strangers.items():
        where = f"say where the operation's id is: correlate: {{{vendor}: [header.<name>, body.<path>]}}"
        yield f"no id that {vendor} was sent is an operation's, such as {' and '.join(map(repr, ids))}; {where}"
    if evidence.operations and not evidence.vendors:
        yield "no request reached any vendor's simulator: the target asks elsewhere, or nobody"
    for fault in evidence.faults:
        if fault.struck < fault.expect_struck:
            yield _struck_too_little(fault)


def _struck_too_little(fault: FaultSpan) -> str:
    struck = f"struck {counted(fault.struck, 'request')} of {fault.matched} that it matched"
    return f"fault {fault.id} ({fault.text} at {fault.vendor}) {struck}, at least {fault.expect_struck} needed"


def verdict_on(evidence: Evidence, expectations: Sequence[Expectation], about: About) -> Verdict:
    """The whole `verdict.json`. A failed run's shortfalls are told in its notes."""
    judgement = judge(evidence, expectations)
    inconclusive = judgement.status is Status.INCONCLUSIVE
    beside = () if inconclusive else tuple(f"could not be judged: {reason}" for reason in judgement.reasons)
    return Verdict(
        scenario=about.scenario,
        about=about.about,
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
        notes=(*about.notes, *map(_said_last, evidence.deaths), *beside),
    )


def _said_last(death: Death) -> str:
    """All that its log held when it ended, for whoever looks for the cause."""
    lines = "\n".join(death.said_last) or "(nothing)"
    return f"the last lines of {death.process}, which ended at {death.at_s:.3f} s:\n{lines}"
