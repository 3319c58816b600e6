"""`brownout judge`: recorded evidence, judged again.

Examples:
  brownout judge last
  brownout judge runs/A --expect stricter.yaml --out runs/A-stricter
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from brownout_harness.commands.console import make_console, waiting
from brownout_harness.commands.parameters import RUN


def judge(
    run: Annotated[str, RUN],
    expect: Annotated[
        Path | None, typer.Option(help="Judge by the expectations of this file: a scenario, or its `expect` alone.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the run with its new verdict there. [default: nowhere]")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the new verdict as JSON and nothing else.")] = False,
) -> None:
    """Judge a recorded run again.

    Writes nothing unless told where.

    Exit codes: 0 passed, 1 an expectation failed, 2 bad input, 3 inconclusive.
    """
    with waiting("judging"):
        from brownout_harness.commands.terminal import json_line, show_verdict
        from brownout_harness.running.execute import REPORT_FILE, judge_again

        finished = judge_again(run, expect=expect, out=out)
    report = finished.folder / REPORT_FILE if out is not None and not finished.undrawn else None
    if as_json:
        print(json_line(finished.verdict, finished.folder, report))
    else:
        show_verdict(make_console(), finished.verdict, finished.folder, report)
    if finished.undrawn:
        print(f"error: {finished.undrawn}", file=sys.stderr)
    raise typer.Exit(finished.exit_code)
