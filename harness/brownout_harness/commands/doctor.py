"""`brownout doctor`: whether this machine has what a run needs.

Examples:
  brownout doctor
  brownout doctor --json
"""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from brownout_harness.commands.console import make_console
from brownout_harness.problems import BAD_INPUT
from brownout_harness.tables import table


def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For a script: a list of what was looked for.")] = False,
) -> None:
    """Say what a run needs, and what of it is missing.

    And how to get it. Changes nothing.

    Exit codes: 0 a run can be made, 2 something is missing without which none can.
    """
    from rich.markup import escape

    from brownout_harness.beginning.machine import findings

    found = list(findings())
    if as_json:
        print(json.dumps([asdict(each) for each in found], indent=1))
    else:
        console, rows = make_console(), []
        for each in found:
            word = "[green]ok[/]" if each.is_there else "[red]missing[/]" if each.is_needed else "[yellow]without[/]"
            cure = "" if each.is_there else f"\n→ {escape(each.cure)}"
            rows.append((word, escape(each.what), f"{escape(each.found)}{cure}"))
        console.print(table(console, ("", "", ""), rows))
    if not all(each.is_there for each in found if each.is_needed):
        raise typer.Exit(BAD_INPUT)
