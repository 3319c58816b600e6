"""`brownout audit`: which scenario catches which known-bad part, and whether the judge notices damaged evidence."""

from typing import Annotated

import typer

from brownout_harness.commands.console import make_console
from brownout_harness.problems import BadInput


def audit(
    scenarios: Annotated[list[str] | None, typer.Argument(help="Of the library; default: all of it.")] = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Damage the evidence of runs that passed: does the judge notice?")
    ] = False,
    seeds: Annotated[int, typer.Option(min=1, help="With --evidence: so many seeds of each scenario.")] = 1,
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="Processes; default: one per core.")] = None,
) -> None:
    """Swap known-bad parts into the core and show which scenario catches which."""
    from brownout_scenarios import library
    from brownout_scenarios.errors import ScenarioError

    known = library.names()
    try:
        for each in scenarios or ():
            library.path_of(each)
    except ScenarioError as error:
        raise BadInput(str(error)) from None
    if seeds > 1 and not evidence:
        raise BadInput("--seeds goes with --evidence: known-bad parts are run with the scenarios' own seeds")
    if evidence:
        from brownout_harness.audit.corruption.show import audit_evidence

        drawn = [None, *range(1, seeds)]
        raise typer.Exit(audit_evidence(make_console(), scenarios or known, drawn, workers=jobs))
    from brownout_harness.audit.show import audit as run_audit

    raise typer.Exit(run_audit(make_console(), scenarios or known, workers=jobs))
