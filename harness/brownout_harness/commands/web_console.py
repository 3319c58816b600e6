"""The web console, as commands have it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from brownout_harness.running.orders import Order

LooksOn = Annotated[bool, typer.Option("--console", help="A page in the browser that looks on. Real mode only.")]
ConsolePort = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Where; 0: any free port. [default: 12100, or a free one]")
]


@contextmanager
def looked_on(
    console: "Console", orders: "list[Order]", port: int | None, *, is_wanted: bool
) -> "Iterator[list[Order]]":
    """The same orders, each with a web console that looks on, where that is wanted; its address is said first."""
    if not is_wanted:
        yield orders
        return
    from brownout_harness.real.console.beside_run import BesideRun

    made = BesideRun()
    console.print(f"Console: {made.console.start(port)}", markup=False, highlight=False)
    try:
        yield [replace(order, onlooker=made) for order in orders]
    finally:
        made.console.stop()
