"""Is a mutant caught by chance? Its own scenario is run with several seeds, against it and against the good core."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from brownout_harness.audit.matrix import GOOD, Cell, run_cell
from brownout_harness.audit.processes import in_processes
from brownout_reports.run_folder import Status

STEADY: Final = 0.9
"""At so large a share of the seeds its own scenario has to go red."""
OTHERS_FROM: Final = 101
"""The first of the seeds that are no scenario's own."""

Seed = int | None
"""None: the scenario's own."""


@dataclass(frozen=True, slots=True)
class Steadiness:
    """What each mutant's own scenario said, by the mutant's name, and what it said of the good core."""

    seeds: tuple[Seed, ...]
    caught: Mapping[str, int]
    """At so many of the seeds it went red, and did not for the good core."""
    false_alarms: tuple[tuple[str, Seed], ...]
    """Scenarios and seeds that the good core does not pass."""

    @property
    def unsteady(self) -> tuple[str, ...]:
        """Mutants that are caught too seldom."""
        return tuple(name for name, caught in self.caught.items() if caught < STEADY * len(self.seeds))


def seeds_of(count: int) -> tuple[Seed, ...]:
    """So many: the scenario's own, then others, always the same."""
    return (None, *range(OTHERS_FROM, OTHERS_FROM + count - 1))


def run_seeds(
    mutants: Mapping[str, str],
    seeds: Sequence[Seed],
    *,
    done: Callable[[Cell], None] = lambda _cell: None,
    workers: int | None = None,
) -> Steadiness:
    """Each mutant, by its name, against its own scenario, with each of the seeds, on all cores."""
    pairs = [*((GOOD, scenario) for scenario in sorted(set(mutants.values()))), *mutants.items()]
    wanted = [(mutant, scenario, seed) for mutant, scenario in pairs for seed in seeds]
    found: dict[tuple[str, str, Seed], Cell] = {}
    for seed, cell in in_processes(_run_seed, wanted, workers):
        found[cell.mutant, cell.scenario, seed] = cell
        done(cell)
    return _judged(mutants, seeds, found)


def _judged(
    mutants: Mapping[str, str], seeds: Sequence[Seed], cells: Mapping[tuple[str, str, Seed], Cell]
) -> Steadiness:
    good = {(scenario, seed) for (name, scenario, seed), cell in cells.items() if not name and _passed(cell)}
    caught = {
        name: _count((scenario, seed) in good and cells[name, scenario, seed].status is Status.FAILED for seed in seeds)
        for name, scenario in mutants.items()
    }
    alarms = [
        (scenario, seed) for scenario in sorted(set(mutants.values())) for seed in seeds if (scenario, seed) not in good
    ]
    return Steadiness(tuple(seeds), caught, tuple(alarms))


def _run_seed(mutant: str, scenario: str, seed: Seed) -> tuple[Seed, Cell]:
    return seed, run_cell(mutant, scenario, seed)


def _passed(cell: Cell) -> bool:
    return cell.status is Status.PASSED


def _count(those: Iterable[bool]) -> int:
    return sum(those)
