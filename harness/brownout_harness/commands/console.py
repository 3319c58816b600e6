"""The console that commands write on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from brownout_harness.progress import is_redrawn

if TYPE_CHECKING:
    from rich.console import Console


def make_console(*, to_errors: bool = False) -> "Console":
    """Standard output, or error, as wide as it is; a pipe has no width, and a table folded to 80 columns is no use in a
    file."""
    from rich.console import Console

    console = Console(stderr=to_errors)
    return console if console.is_terminal else Console(width=160, stderr=to_errors)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Says on a terminal what is waited for: where it takes longer than a second, and tells nothing itself."""
    console = make_console(to_errors=True)
    if not is_redrawn(console):
        yield
        return
    with console.status(f"{what} …"):
        yield
