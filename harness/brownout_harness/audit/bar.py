"""How far a long audit is: a bar on a terminal, nothing elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from brownout_harness.progress import is_redrawn


@contextmanager
def bar(console: Console, what: str, total: int | None) -> Iterator[Callable[[str], None]]:
    """Yields what is told of each step as it ends, in words; None: nobody knows how many there will be."""
    progress = Progress(
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        console=console,
        transient=True,
        disable=not is_redrawn(console),
    )
    with progress:
        task = progress.add_task("", total=total)
        # A line of code may hold what looks like markup.
        yield lambda text: progress.update(task, advance=1, description=escape(text))
