"""Runs the library in virtual time against the good core and against each mutant, and notes what catches what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from brownout_core.errors import ConfigError
from brownout_harness.audit.mutant import Mutant
from brownout_harness.audit.processes import in_processes
from brownout_reports.run_folder import Status

GOOD = ""
"""In the place of a mutant's name: the core as it ships."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One scenario, run once against one core."""

    mutant: str
    scenario: str
    status: Status
    failed: tuple[str, ...]
    """The names of the expectations that failed, in the scenario's order, each once."""
    observed: str
    """What the first of them saw; or why nothing can be said."""


class Catch(StrEnum):
    """How a mutant was caught."""

    AS_MEANT = "as meant"
    ELSEWHERE = "by another"
    """By another expectation than the one that is meant to, or in another scenario."""
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Matrix:
    """All cells that were run, and what they come to."""

    mutants: tuple[str, ...]
    scenarios: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]

    def caught_by(self, mutant: str) -> tuple[Cell, ...]:
        """The scenarios that went red. An inconclusive run catches nothing."""
        row = (self.cells.get((mutant, scenario)) for scenario in self.scenarios)
        return tuple(cell for cell in row if cell is not None and cell.status is Status.FAILED)

    def catch(self, mutant: Mutant) -> Catch:
        """How it was caught."""
        caught = self.caught_by(mutant.name)
        if any(cell.scenario == mutant.scenario and mutant.expectation in cell.failed for cell in caught):
            return Catch.AS_MEANT
        return Catch.ELSEWHERE if caught else Catch.NOT

    @property
    def survivors(self) -> tuple[str, ...]:
        """Mutants that no scenario caught: holes in the library."""
        return tuple(mutant for mutant in self.mutants if not self.caught_by(mutant))

    @property
    def false_alarms(self) -> tuple[Cell, ...]:
        """Scenarios that the good core does not pass: what they say of mutants means nothing."""
        row = (self.cells[GOOD, scenario] for scenario in self.scenarios)
        return tuple(cell for cell in row if cell.status is not Status.PASSED)


def run_cell(mutant: str, scenario: str, seed: int | None = None) -> Cell:
    """One run in this process. Where the settings of mutant and scenario do not go together, nothing was tried."""
    from brownout_harness.audit.mutants import MUTANTS
    from brownout_harness.running.execute import judged_virtually

    replacements = MUTANTS[mutant].replacements() if mutant else None
    try:
        judgement = judged_virtually(scenario, seed=seed, replacements=replacements)
    except ConfigError as error:
        return Cell(mutant=mutant, scenario=scenario, status=Status.INCONCLUSIVE, failed=(), observed=str(error))
    failed = [result for result in judgement.results if result.status is Status.FAILED]
    observed = failed[0].observed if failed else "; ".join(judgement.reasons[:1])
    return Cell(
        mutant=mutant,
        scenario=scenario,
        status=judgement.status,
        failed=tuple(dict.fromkeys(result.name for result in failed)),
        observed=observed,
    )


def run_until_red(mutant: str, scenarios: Sequence[str]) -> tuple[Cell, ...]:
    """One run after the other in this process, up to the first that goes red."""
    cells: list[Cell] = []
    for scenario in scenarios:
        cells.append(run_cell(mutant, scenario))
        if cells[-1].status is Status.FAILED:
            break
    return tuple(cells)


def run_matrix(
    mutants: Sequence[str],
    scenarios: Sequence[str],
    *,
    whole: bool = True,
    done: Callable[[Cell], None] = lambda _cell: None,
    workers: int | None = None,
) -> Matrix:
    """Every scenario against the good core, and every mutant against every scenario; or, where it need not be the
    `whole`, each mutant against its own scenario first, and then against the others until one goes red.

    On all cores; `done` hears of each cell as it ends. The result does not depend on the order in which runs end.
    """
    wanted: list[tuple[str, Sequence[str]]] = [(GOOD, (scenario,)) for scenario in scenarios]
    for mutant in mutants:
        wanted += [(mutant, (each,)) for each in scenarios] if whole else [(mutant, _own_first(mutant, scenarios))]
    found: dict[tuple[str, str], Cell] = {}
    for cells in in_processes(run_until_red, wanted, workers):
        for cell in cells:
            found[cell.mutant, cell.scenario] = cell
            done(cell)
    return Matrix(tuple(mutants), tuple(scenarios), found)


def _own_first(mutant: str, scenarios: Sequence[str]) -> tuple[str, ...]:
    from brownout_harness.audit.mutants import MUTANTS

    own = MUTANTS[mutant].scenario
    return tuple(sorted(scenarios, key=lambda each: each != own))
