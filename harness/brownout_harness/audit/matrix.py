"""Runs the library in virtual time against the good core and against each mutant, and notes what catches what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from brownout_core.errors import ConfigError
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


@dataclass(frozen=True, slots=True)
class Matrix:
    """All cells, and what they come to."""

    mutants: tuple[str, ...]
    scenarios: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]

    def caught_by(self, mutant: str) -> tuple[Cell, ...]:
        """The scenarios that went red. An inconclusive run catches nothing."""
        row = (self.cells[mutant, scenario] for scenario in self.scenarios)
        return tuple(cell for cell in row if cell.status is Status.FAILED)

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


def run_matrix(
    mutants: Sequence[str],
    scenarios: Sequence[str],
    *,
    done: Callable[[Cell], None] = lambda _cell: None,
    workers: int | None = None,
) -> Matrix:
    """Every scenario against the good core and every mutant, on all cores; `done` hears of each cell as it ends.

    The result does not depend on the order in which runs end.
    """
    wanted = [(mutant, scenario) for mutant in (GOOD, *mutants) for scenario in scenarios]
    cells = in_processes(run_cell, wanted, workers)
    found: dict[tuple[str, str], Cell] = {}
    for cell in cells:
        found[cell.mutant, cell.scenario] = cell
        done(cell)
    return Matrix(tuple(mutants), tuple(scenarios), found)
