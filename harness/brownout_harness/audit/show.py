"""The matrix in the terminal, while it is made and when it is there."""

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from brownout_harness.audit.matrix import Cell, Matrix, run_matrix
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.problems import FAILED, PASSED


def audit(console: Console, scenarios: Sequence[str], *, workers: int | None = None) -> int:
    """Run these scenarios against every known-bad part; 0 if each is caught and nothing else goes red, else 1."""
    progress = Progress(
        TextColumn("auditing"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with progress:
        task = progress.add_task("", total=(len(MUTANTS) + 1) * len(scenarios))

        def done(cell: Cell) -> None:
            progress.update(task, advance=1, description=f"{cell.mutant or 'the good core'} on {cell.scenario}")

        matrix = run_matrix(tuple(MUTANTS), scenarios, done=done, workers=workers)
    show(matrix, console)
    return FAILED if matrix.survivors or matrix.false_alarms else PASSED


def show(matrix: Matrix, console: Console) -> None:
    """What catches what, one line per mutant; then what survived, and what cried wolf."""
    table = Table(title="Which scenario and expectation catches which known-bad part", title_justify="left")
    table.add_column("known-bad part", no_wrap=True)
    table.add_column("caught by", overflow="fold")
    for name in matrix.mutants:
        caught = matrix.caught_by(name)
        lines = [f"[bold]{cell.scenario}[/]: {', '.join(cell.failed)}" for cell in caught]
        table.add_row(f"{name}\n[dim]{MUTANTS[name].about}[/]", "\n".join(lines) or "[bold red]nothing: it survives[/]")
    console.print(table)
    for cell in matrix.false_alarms:
        console.print(f"[bold red]✗[/] the good core does not pass {cell.scenario}: {cell.status} ({cell.observed})")
    caught_count = len(matrix.mutants) - len(matrix.survivors)
    mark = "[bold red]✗[/]" if matrix.survivors else "[bold green]✓[/]"
    console.print(f"{mark} {caught_count} of {len(matrix.mutants)} known-bad parts are caught")
