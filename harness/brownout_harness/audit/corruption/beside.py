"""Damages to what is compared with the control run: an outage that outlives its cause, or reaches others; a control run
that is none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from brownout_harness.audit.corruption.damage import Damage, Run
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.judging.paired import used_by
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.tables import Rows, Tables

SLOWER_S: Final = 50.0


def _control(run: Run) -> RunInputs:
    """Raises where there is none."""
    return run.one_of(each for each in (run.inputs.control,) if each is not None)


def _over_s(run: Run) -> float:
    """When the last fault was over. Raises where there was none, or no control run."""
    _control(run)
    run.one_of(run.evidence.faults)
    return max(each.end_s for each in run.evidence.faults)


def late_for_good(run: Run) -> RunInputs:
    over_s = _over_s(run)
    since = (each for each in run.operations if each.intended_s >= over_s)
    return run.changed([(each, each._replace(finished_s=each.finished_s + SLOWER_S)) for each in since])


def undone_for_good(run: Run) -> RunInputs:
    over_s = _over_s(run)
    since = (each for each in run.operations if each.intended_s >= over_s)
    return run.changed([(each, each._replace(outcome=Outcome.UNKNOWN, status=0)) for each in since])


def load_multiplied(run: Run) -> RunInputs:
    over_s = _over_s(run)
    since = [each for each in run.requests if each.at_s >= over_s]
    run.one_of(since)
    free = {vendor: run.free_seq(vendor) for vendor in {each.vendor for each in since}}
    return run.put(*(each._replace(seq=free[each.vendor] + at) for at, each in enumerate([*since, *since])))


def _spared(run: Run) -> list[OperationRow]:
    """What was asked for, while a fault was in force, of whom no fault concerns."""
    _control(run)
    control, faults = run.evidence.control, [each for each in run.evidence.faults if each.struck]
    struck = {each.vendor for each in faults}
    names = [name for name in control.operations_of if not used_by(control, name) & struck] if control else []
    meanwhile = [each for each in run.operations if any(f.start_s <= each.intended_s < f.end_s for f in faults)]
    return [each for each in meanwhile if each.name in names]


def neighbours_refused(run: Run) -> RunInputs:
    return run.changed([(each, each._replace(outcome=Outcome.REFUSED, status=503)) for each in _spared(run)[::10]])


def neighbours_slower(run: Run) -> RunInputs:
    some = _spared(run)[::10]
    return run.changed([(each, each._replace(finished_s=each.finished_s + SLOWER_S)) for each in some])


def control_gone(run: Run) -> RunInputs:
    _control(run)
    return replace(run.inputs, control=None)


def control_short(run: Run) -> RunInputs:
    control = _control(run)
    gap = Gap(run.random.choice(list(GapKind)), "as a test of the judge", control.duration_s / 2)
    return replace(run.inputs, control=replace(control, gaps=(*control.gaps, gap)))


def control_unwell(run: Run) -> RunInputs:
    operations = _control(run).tables.of(OperationRow)
    return _with_control(run, [each._replace(outcome=Outcome.REFUSED) for each in operations])


def control_halved(run: Run) -> RunInputs:
    return _with_control(run, list(_control(run).tables.of(OperationRow))[::2])


def control_struck(run: Run) -> RunInputs:
    """It is the run once more."""
    control = _control(run)
    run.one_of(each for each in run.requests if each.faults)
    return replace(run.inputs, control=replace(control, tables=run.inputs.tables))


def _with_control(run: Run, operations: list[OperationRow]) -> RunInputs:
    control = _control(run)
    tables = Tables(Rows.of(OperationRow, operations), control.tables.of(LedgerRow))
    return replace(run.inputs, control=replace(control, tables=tables))


def _damage(name: str, about: str, noticed_by: tuple[str, ...], do: Callable[[Run], RunInputs]) -> Damage:
    return Damage(name=name, about=about, noticed_by=noticed_by, where_demanded=True, do=do)


OUTLIVED: Final = ("no_metastability",)
SPARED: Final = ("blast_radius",)
COMPARED: Final = (*OUTLIVED, *SPARED)
DAMAGES: Final = (
    _damage("late-for-good", "since the cause was gone every answer came late", OUTLIVED, late_for_good),
    _damage("undone-for-good", "since the cause was gone nothing was done", OUTLIVED, undone_for_good),
    _damage("load-multiplied", "since the cause was gone every request came three times", OUTLIVED, load_multiplied),
    _damage("neighbours-refused", "one of ten whom no fault concerns was refused", SPARED, neighbours_refused),
    _damage("neighbours-slower", "one of ten whom no fault concerns waited long", SPARED, neighbours_slower),
    _damage("control-gone", "there was no control run", COMPARED, control_gone),
    _damage("control-short", "in the control run the harness fell short", COMPARED, control_short),
    _damage("control-unwell", "nothing was done in the control run, either", COMPARED, control_unwell),
    _damage("control-halved", "the control run had half the load", COMPARED, control_halved),
    _damage("control-struck", "the control run had the faults, too", COMPARED, control_struck),
)
