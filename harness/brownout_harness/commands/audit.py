"""`brownout audit`: which scenario catches which known-bad part, and whether the judge notices damaged evidence."""

from pathlib import Path
from typing import Annotated

import typer

from brownout_harness.commands.console import make_console
from brownout_harness.problems import BadInput


def audit(
    scenarios: Annotated[list[str] | None, typer.Argument(help="Of the library; default: all of it.")] = None,
    *,
    matrix: Annotated[
        bool, typer.Option("--matrix", help="Every known-bad part on every scenario, not only up to the first red.")
    ] = False,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Damage the evidence of runs that passed: does the judge notice?")
    ] = False,
    seeds: Annotated[
        int, typer.Option(min=1, help="So many seeds of each scenario (with --evidence), or of each part's own.")
    ] = 1,
    out: Annotated[Path | None, typer.Option(help="Write what was found there, as JSON and as Markdown.")] = None,
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
    if evidence and (matrix or out is not None):
        raise BadInput("--matrix and --out go without --evidence: they are of known-bad parts")
    if out is not None and out.exists() and not out.is_dir():
        raise BadInput(f"--out {out} is a file: name a folder")
    if evidence:
        from brownout_harness.audit.corruption.show import audit_evidence

        drawn = [None, *range(1, seeds)]
        raise typer.Exit(audit_evidence(make_console(), scenarios or known, drawn, workers=jobs))
    from brownout_harness.audit.show import audit as run_audit

    asked = list(dict.fromkeys(scenarios or known))
    raise typer.Exit(run_audit(make_console(), asked, whole=matrix, seeds=seeds, out=out, workers=jobs))
