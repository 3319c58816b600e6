"""What catches what, in the terminal, while it is found out and when it is there."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from brownout_harness.audit.bar import bar
from brownout_harness.audit.matrix import Catch, Cell, Matrix, run_matrix
from brownout_harness.audit.mutant import Mutant
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.audit.steadiness import Steadiness, run_seeds, seeds_of
from brownout_harness.audit.written import write
from brownout_harness.problems import FAILED, PASSED
from brownout_harness.tables import table


def audit(
    console: Console,
    scenarios: Sequence[str],
    *,
    whole: bool = False,
    seeds: int = 1,
    out: Path | None = None,
    workers: int | None = None,
) -> int:
    """Run these scenarios against every known-bad part; 0 if each is caught and nothing else goes red, else 1."""
    # How many there will be is known of the whole matrix alone.
    with bar(console, "auditing", (len(MUTANTS) + 1) * len(scenarios) if whole else None) as step:
        matrix = run_matrix(
            tuple(MUTANTS), scenarios, whole=whole, done=lambda cell: step(_told(cell)), workers=workers
        )
    steadiness = None
    if seeds > 1:
        own = {name: each.scenario for name, each in MUTANTS.items() if each.scenario in scenarios}
        with bar(console, "with other seeds", (len(own) + len(set(own.values()))) * seeds) as step:
            steadiness = run_seeds(own, seeds_of(seeds), done=lambda cell: step(_told(cell)), workers=workers)
    show(matrix, console, steadiness)
    if out is not None:
        write(out, matrix, MUTANTS, steadiness)
        console.print(f"written: {out}", markup=False, highlight=False)
    wrong = [*matrix.survivors, *matrix.false_alarms]
    if steadiness is not None:
        wrong += [*steadiness.unsteady, *map(str, steadiness.false_alarms)]
    return FAILED if wrong else PASSED


def _told(cell: Cell) -> str:
    return f"{cell.mutant or 'the good core'} on {cell.scenario}"


def show(
    matrix: Matrix,
    console: Console,
    steadiness: Steadiness | None = None,
    mutants: Mapping[str, Mutant] = MUTANTS,
) -> None:
    """What catches what, a line per mutant; then what was caught by another than was meant to, what survived, what
    cried wolf, and what is caught too seldom."""
    columns, rows = ["known-bad part", "caught by", *(["of seeds"] if steadiness is not None else [])], []
    for name in matrix.mutants:
        caught = matrix.caught_by(name)
        lines = [f"[bold]{cell.scenario}[/]: {', '.join(cell.failed)}" for cell in caught]
        row = [f"{name}\n[dim]{mutants[name].about}[/]", "\n".join(lines) or "[bold red]nothing: it survives[/]"]
        rows.append([*row, *([_at(steadiness, name)] if steadiness is not None else [])])
    title = "Which scenario and expectation catches which known-bad part"
    console.print(table(console, columns, rows, title=title, right=("of seeds",), whole=("known-bad part",)))
    elsewhere = [name for name in matrix.mutants if matrix.catch(mutants[name]) is Catch.ELSEWHERE]
    for name in elsewhere:
        meant = mutants[name]
        console.print(
            f"[bold yellow]![/] {name} is caught by another: {meant.expectation} of {meant.scenario} was meant to"
        )
    for cell in matrix.false_alarms:
        console.print(f"[bold red]✗[/] the good core does not pass {cell.scenario}: {cell.status} ({cell.observed})")
    if steadiness is not None:
        _show_unsteady(console, steadiness)
    caught_count = len(matrix.mutants) - len(matrix.survivors)
    mark = "[bold red]✗[/]" if matrix.survivors else "[bold green]✓[/]"
    by_another = f", {len(elsewhere)} of them by another than was meant to" if elsewhere else ""
    console.print(f"{mark} {caught_count} of {len(matrix.mutants)} known-bad parts are caught{by_another}")


def _show_unsteady(console: Console, steadiness: Steadiness) -> None:
    for scenario, seed in steadiness.false_alarms:
        with_seed = "its own seed" if seed is None else f"seed {seed}"
        console.print(f"[bold red]✗[/] the good core does not pass {scenario} with {with_seed}")
    for name in steadiness.unsteady:
        console.print(f"[bold red]✗[/] {name} is caught at {_at(steadiness, name)} seeds: fewer than 9 of 10")


def _at(steadiness: Steadiness, name: str) -> str:
    caught = steadiness.caught.get(name)
    return "-" if caught is None else f"{caught} of {len(steadiness.seeds)}"
