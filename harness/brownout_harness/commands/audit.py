"""`brownout audit`: which scenario catches which known-bad part, and whether the judge notices damaged evidence.

Examples:
  brownout audit stripe-brownout
  brownout audit --evidence --out found
  brownout audit --systematic --only policies.breaker
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from brownout_harness.commands.console import make_console
from brownout_harness.commands.modes import Mode
from brownout_harness.commands.parameters import OF_THE_LIBRARY
from brownout_harness.problems import BadInput


class Of(StrEnum):
    """Whose code is changed."""

    CORE = "core"
    SIMULATORS = "simulators"


def audit(
    scenarios: Annotated[list[str] | None, OF_THE_LIBRARY] = None,
    *,
    mode: Annotated[Mode, typer.Option(help="Real: few parts; named as MUTANT/SCENARIO.")] = Mode.VIRTUAL,
    matrix: Annotated[bool, typer.Option("--matrix", help="Every part on every scenario, past the first red.")] = False,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Damage the evidence of runs that passed: does the judge notice?")
    ] = False,
    systematic: Annotated[
        bool, typer.Option("--systematic", help="Change the code itself in every way that a line may be wrong.")
    ] = False,
    of: Annotated[Of, typer.Option("--of", help="With --systematic: whose code.")] = Of.CORE,
    sample: Annotated[
        float, typer.Option(min=0.0001, max=1.0, help="With --systematic: so large a share of all changes.")
    ] = 1.0,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="With --systematic: modules that begin so; several times.")
    ] = None,
    at_least: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="With --systematic: exit code 1 if a smaller share is noticed.")
    ] = 0.0,
    baseline: Annotated[
        Path | None, typer.Option(help="With --systematic: exit code 1 if less is noticed than this file says.")
    ] = None,
    seeds: Annotated[
        int, typer.Option(min=1, help="So many seeds of each scenario (with --evidence), or of each part's own.")
    ] = 1,
    out: Annotated[Path | None, typer.Option(help="Write what was found there, as JSON and as Markdown.")] = None,
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="Processes; default: one per core.")] = None,
) -> None:
    """Swap known-bad parts in: does the library notice?

    Shows which scenario catches which.
    """
    kinds = {"--mode real": mode is Mode.REAL, "--matrix": matrix, "--evidence": evidence, "--systematic": systematic}
    if len(asked_for := [name for name, is_asked in kinds.items() if is_asked]) > 1:
        raise BadInput(f"{' and '.join(asked_for)} are different audits: ask for one")
    if not systematic and (only or of is not Of.CORE or sample < 1 or at_least > 0 or baseline):
        raise BadInput("--of, --only, --sample, --at-least and --baseline go with --systematic")
    if out is not None and out.exists() and not out.is_dir():
        raise BadInput(f"--out {out} is a file: name a folder")
    console = make_console()
    if mode is Mode.REAL:
        raise typer.Exit(_for_real(scenarios, is_plain=seeds == 1 and out is None and jobs is None))
    if systematic:
        if scenarios or seeds > 1:
            raise BadInput("--systematic is of the whole library, with the scenarios' own seeds: it goes alone")
        from brownout_harness.audit.systematic.show import Asked, audit_systematically

        which = Asked(sample=sample, only=tuple(only or [""]), at_least=at_least, baseline=baseline)
        raise typer.Exit(audit_systematically(console, of, which, out=out, workers=jobs))
    asked = _of_the_library(scenarios)
    if evidence:
        from brownout_harness.audit.corruption.show import audit_evidence

        raise typer.Exit(audit_evidence(console, asked, [None, *range(1, seeds)], out=out, workers=jobs))
    from brownout_harness.audit.show import audit as run_audit

    raise typer.Exit(run_audit(console, asked, whole=matrix, seeds=seeds, out=out, workers=jobs))


def _for_real(parts: list[str] | None, *, is_plain: bool) -> int:
    if not is_plain:
        raise BadInput("--mode real runs one part after the other: leave --seeds, --out and --jobs out")
    from brownout_harness.audit import smoke
    from brownout_harness.audit.for_real import audit_for_real

    return audit_for_real(make_console(), parts or smoke.parts())


def _of_the_library(scenarios: list[str] | None) -> list[str]:
    """Each once; all where none is named."""
    from brownout_scenarios import library
    from brownout_scenarios.errors import ScenarioError

    try:
        for each in scenarios or ():
            library.path_of(each)
    except ScenarioError as error:
        raise BadInput(str(error)) from None
    return list(dict.fromkeys(scenarios or library.names()))
