"""`brownout gate`: several scenarios, one answer; and whether anything went otherwise than it did before.

Examples:
  brownout gate scenarios/
  brownout gate scenarios/ --baseline scenarios/baseline
  brownout gate --tag smoke --shard 1/4 --github
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brownout_harness.commands import completing
from brownout_harness.commands.console import make_console
from brownout_harness.commands.modes import Mode
from brownout_harness.commands.parameters import TAGS
from brownout_harness.problems import BadInput
from brownout_harness.running.keep import Keep

if TYPE_CHECKING:
    from brownout_harness.commands.gating import Asked

RUNS = Path("runs") / "gate"


def gate(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names of the library, YAML files, or folders that hold some.", autocompletion=completing.scenarios
        ),
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="The whole library.")] = False,
    tag: Annotated[list[str] | None, TAGS] = None,
    mode: Annotated[Mode, typer.Option(help="Virtual time in this process, or processes and sockets.")] = Mode.VIRTUAL,
    baseline: Annotated[
        Path | None, typer.Option(help="A folder of records: nothing may go otherwise; in real mode beyond chance.")
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Write the baseline anew, of the runs that pass.")] = False,
    shard: Annotated[str | None, typer.Option(metavar="I/N", help="This machine's share of the runs.")] = None,
    repeat: Annotated[int, typer.Option(min=1, max=1000, help="So many seeds of each.")] = 1,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="End with the first that does not pass.")] = False,
    keep: Annotated[Keep, typer.Option(help="Of which runs a folder is kept.")] = Keep.WRONG,
    out: Annotated[Path, typer.Option(help="Where everything goes; the gate before makes room.")] = RUNS,
    github: Annotated[bool, typer.Option("--github", help="Annotate the workflow, and add to its summary.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print gate.json and nothing else.")] = False,
    merge: Annotated[
        list[Path] | None, typer.Option(help="Run nothing: make one gate of these folders; several times.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("-j", "--jobs", min=1, help="Processes, in virtual mode; default: one per core.")
    ] = None,
) -> None:
    """Run scenarios as the gate of a CI: one answer of all.

    And one folder of documents that is always laid out the same.

    Exit codes: 0 all passed, 1 one failed or drifted from the baseline, 2 bad input, 3 one is inconclusive, was not
    compared or not run. The worst counts: 1 before 3 before 0.
    """
    from brownout_harness.commands.gating import Asked, merge_gates, run_gate

    if merge:
        if scenarios or every or tag or baseline or shard:
            raise BadInput("--merge runs nothing: name no scenarios, and no baseline or shard, beside it")
        console = make_console(to_errors=as_json)
        raise typer.Exit(merge_gates(console, merge, out, github=github, as_json=as_json))
    asked = Asked(
        names=tuple(scenarios or ()),
        tags=tuple(tag or ()),
        mode=mode.value,
        baseline=baseline,
        update=update,
        shard=shard,
        repeat=repeat,
        fail_fast=fail_fast,
        keep=keep,
        out=out,
        jobs=jobs,
    )
    _check(asked, every=every)
    raise typer.Exit(run_gate(make_console(to_errors=as_json), asked, github=github, as_json=as_json))


def _check(asked: "Asked", *, every: bool) -> None:
    if asked.mode == "real":
        _check_real(asked)
    if asked.update and asked.baseline is None:
        raise BadInput("--update writes a baseline: name its folder with --baseline")
    if sum(map(bool, (asked.names, every, asked.tags))) != 1:
        raise BadInput("name scenarios or folders, or take --all, or --tag: one of the three")


def _check_real(asked: "Asked") -> None:
    from brownout_harness.gate.shift import FEWEST_RUNS

    if asked.jobs is not None:
        raise BadInput("-j is for virtual mode: real runs would disturb each other")
    if asked.baseline is None:
        return
    if asked.repeat < FEWEST_RUNS:
        raise BadInput(
            f"--baseline in real mode needs --repeat {FEWEST_RUNS} or more: fewer runs do not show how much they "
            "differ by themselves"
        )
    if asked.shard is not None:
        raise BadInput("--shard parts the runs that a real baseline compares together: leave one of the two out")
