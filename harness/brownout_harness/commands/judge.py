"""`brownout judge`: recorded evidence, judged again."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from brownout_harness.commands.console import make_console


def judge(
    run: Annotated[str, typer.Argument(help="A folder that `brownout run` wrote, or `last`.")],
    expect: Annotated[
        Path | None, typer.Option(help="Judge by the expectations of this file: a scenario, or its `expect` alone.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the run with its new verdict there. [default: nowhere]")
    ] = None,
) -> None:
    """Judge a recorded run again. Writes nothing unless told where.

    Exit codes: 0 passed, 1 an expectation failed, 2 bad input, 3 inconclusive.
    """
    from brownout_harness.commands.terminal import show_verdict
    from brownout_harness.running.execute import REPORT_FILE, judge_again

    finished = judge_again(run, expect=expect, out=out)
    drawn = out is not None and not finished.undrawn
    show_verdict(make_console(), finished.verdict, finished.folder, finished.folder / REPORT_FILE if drawn else None)
    if finished.undrawn:
        print(f"error: {finished.undrawn}", file=sys.stderr)
    raise typer.Exit(finished.exit_code)
