"""How far a long audit is: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from brownout_harness.progress import is_redrawn

LINE_EVERY_S = 10.0
"""A log of hours is still read."""

Step = Callable[[str], None]


@contextmanager
def bar(
    console: Console,
    what: str,
    total: int | None,
    *,
    in_lines: bool = True,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Step]:
    """Yields what is told of each step as it ends, in words, or nothing; None: nobody knows how many there will be.

    Without `in_lines` nothing is said but on a terminal: who calls does so.
    """
    if not is_redrawn(console):
        yield _lines(console, what, total, now) if in_lines else lambda _text: None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total)
        # A line of code may hold what looks like markup.
        yield lambda text: progress.update(task, advance=1, description=escape(text))


def _lines(console: Console, what: str, total: int | None, now: Callable[[], float]) -> Step:
    ended, next_s = 0, now() + LINE_EVERY_S

    def step(text: str) -> None:
        nonlocal ended, next_s
        ended += 1
        if now() >= next_s:
            next_s = now() + LINE_EVERY_S
            count = f"{ended}" if total is None else f"{ended} of {total}"
            console.print(f"{what}: {count}{text and ', '}{text}", markup=False, highlight=False, soft_wrap=True)

    return step
