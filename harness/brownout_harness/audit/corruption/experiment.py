"""Damages to the experiment itself: what was to happen did not, or the harness fell short."""

from dataclasses import replace
from typing import Final

from brownout_harness.audit.corruption.damage import ANYBODY, Damage, Run
from brownout_harness.judging.evidence import Death, Gap, GapKind
from brownout_harness.judging.inputs import FaultCount, RunInputs


def fault_never_struck(run: Run) -> RunInputs:
    """One that the scenario wants to strike."""
    wanted = run.one_of(each for each in run.evidence.faults if each.expect_struck)
    one = [each for each in run.evidence.faults if each.experiment == wanted.experiment]
    counts = {**run.inputs.fault_counts, **{each.id: FaultCount(matched=each.matched, struck=0) for each in one}}
    return replace(run.inputs, fault_counts=counts)


def faults_uncounted(run: Run) -> RunInputs:
    run.one_of(each for each in run.evidence.faults if each.expect_struck)
    return replace(run.inputs, fault_counts={})


def fell_short(run: Run) -> RunInputs:
    kind = run.random.choice(list(GapKind))
    return replace(run.inputs, gaps=(*run.inputs.gaps, Gap(kind, "as a test of the judge", run.inputs.duration_s / 2)))


def died(run: Run) -> RunInputs:
    death = Death(run.inputs.duration_s / 2, "gateway", -11)
    return replace(run.inputs, deaths=(*run.inputs.deaths, death))


def nothing_asked(run: Run) -> RunInputs:
    """And nothing else happened, either."""
    empty = replace(run.inputs, tables=type(run.inputs.tables)())
    if not run.operations:
        run.one_of(())
    return empty


def answered_by_others(run: Run) -> RunInputs:
    """The target asked real vendors, or nobody: no ledger has anything."""
    return run.without(*run.requests, *run.effects)


NEVER_PASSED: Final = (ANYBODY,)
DAMAGES: Final = (
    Damage(name="fault-never-struck", about="a fault hit nobody", noticed_by=NEVER_PASSED, do=fault_never_struck),
    Damage(name="faults-uncounted", about="of no fault it is known", noticed_by=NEVER_PASSED, do=faults_uncounted),
    Damage(name="harness-fell-short", about="a gap of any kind", noticed_by=NEVER_PASSED, do=fell_short),
    Damage(name="target-died", about="the target died of itself", noticed_by=("no_defects",), do=died),
    Damage(name="nothing-asked", about="nothing happened at all", noticed_by=NEVER_PASSED, do=nothing_asked),
    Damage(
        name="books-empty",
        about="no request reached any vendor: the target asked elsewhere",
        noticed_by=NEVER_PASSED,
        do=answered_by_others,
    ),
)
