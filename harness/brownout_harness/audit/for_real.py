"""Known-bad parts put into a real gateway, each on its own scenario: what virtual time says of them is so of processes.

A part goes in by the gateway's own hook (`brownout_core.gateway.parts`), by its name. What is not seen to have gone in
has not been tried: its cell is inconclusive.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.markup import escape

from brownout_core.telemetry import Kind
from brownout_harness.audit import mutants, smoke
from brownout_harness.audit.matrix import GOOD, Cell
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.problems import FAILED, NOT_JUDGED, PASSED, BadInput, NotJudged
from brownout_harness.real.runner import run_real
from brownout_harness.running.control import with_control
from brownout_harness.running.execute import judged
from brownout_harness.running.orders import checked_scenario
from brownout_reports.rows import EventRow
from brownout_reports.run_folder import CONTROL_FOLDER, Status
from brownout_scenarios.schema import Scenario


def pairs_of(wanted: Sequence[str]) -> list[tuple[str, str]]:
    """`MUTANT/SCENARIO` each, with the good core before the first of each scenario. Raises `BadInput`."""
    found: list[tuple[str, str]] = []
    for each in wanted:
        mutant, _, scenario = each.partition("/")
        if mutant not in MUTANTS or not scenario:
            raise BadInput(f"{each}: in real mode a known-bad part goes with a scenario: {smoke.parts()[0]}")
        checked_scenario(scenario, "real", None)
        found += [pair for pair in ((GOOD, scenario), (mutant, scenario)) if pair not in found]
    return sorted(found, key=lambda pair: [other for _, other in found].index(pair[1]))


def parts_of(mutant: str) -> str:
    """Under what name the gateway finds a known-bad part; nothing for the good core."""
    return f"{mutants.__name__}.{mutant.replace('-', '_')}:MUTANT.replacements" if mutant else ""


def run_real_cell(mutant: str, scenario: str, seed: int | None = None) -> Cell:
    """One run of processes."""
    checked = checked_scenario(scenario, "real", seed)
    parts = parts_of(mutant)
    with tempfile.TemporaryDirectory(prefix="brownout-") as work:
        try:
            inputs = run_real(checked, work=Path(work), parts=parts)
            inputs = with_control(checked, inputs, lambda control: _run_aside(control, Path(work), parts))
        except NotJudged as error:
            return Cell(mutant=mutant, scenario=scenario, status=Status.INCONCLUSIVE, failed=(), observed=str(error))
        told = inputs.tables.of(EventRow).where(pl.col("kind") == Kind.STARTED).values(pl.col("outcome").unique())
        judgement = judged(checked, inputs)
    failed = [result for result in judgement.results if result.status is Status.FAILED]
    observed = failed[0].observed if failed else "; ".join(judgement.reasons[:1])
    went_in = told.to_list() == [parts]
    return Cell(
        mutant=mutant,
        scenario=scenario,
        status=judgement.status if went_in else Status.INCONCLUSIVE,
        failed=tuple(dict.fromkeys(result.name for result in failed)) if went_in else (),
        observed=observed if went_in else f"the gateway ran with {told.to_list()} and not with {parts!r}",
    )


def _run_aside(control: Scenario, work: Path, parts: str) -> RunInputs:
    aside = work / CONTROL_FOLDER
    aside.mkdir()
    return run_real(control, work=aside, parts=parts)


def audit_for_real(console: Console, wanted: Sequence[str]) -> int:
    """0 where each part was caught and the good core passed each scenario; 1 where not; 3 where a run says nothing."""
    cells = []
    for mutant, scenario in pairs_of(wanted):  # one after the other: two at once would be in each other's way
        cell = run_real_cell(mutant, scenario)
        cells.append(cell)
        console.print(line_of(cell), highlight=False, soft_wrap=True)
    caught = sum(bool(cell.mutant) and cell.status is Status.FAILED for cell in cells)
    console.print(f"{caught} of {sum(bool(cell.mutant) for cell in cells)} known-bad parts are caught for real")
    return code_of(cells)


def line_of(cell: Cell) -> str:
    """What came of one run."""
    wrong = f": {', '.join(cell.failed)}" if cell.failed else ""
    seen = f" ({cell.observed})" if cell.observed else ""
    return escape(f"{cell.mutant or 'the good core'} on {cell.scenario}: {cell.status}{wrong}{seen}")


def code_of(cells: Sequence[Cell]) -> int:
    """A part that a sound run passed has survived; a run that says nothing has caught nothing, and excuses nothing."""
    if any(cell.status is (Status.PASSED if cell.mutant else Status.FAILED) for cell in cells):
        return FAILED
    return NOT_JUDGED if any(cell.status is Status.INCONCLUSIVE for cell in cells) else PASSED
