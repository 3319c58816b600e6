"""The command `brownout`. Heavy libraries are imported by the command that needs them: `--help` must be quick."""

import os
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brownout_harness.live_keys import refuse_live_keys
from brownout_harness.problems import NOT_JUDGED, BadInput, Problem, worst
from brownout_harness.signals import Interrupted, ending_in_order

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(
    name="brownout",
    help="Live through your vendors' outages before your users do.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Mode(StrEnum):
    """How a scenario is run."""

    VIRTUAL = "virtual"
    REAL = "real"


def main() -> None:
    """The console script. Every problem is one line on standard error and an exit code."""
    try:
        # Before anything else reads them: whatever complains about an argument repeats it.
        refuse_live_keys({}, sys.argv[1:])
        with ending_in_order():
            app()
    except Problem as problem:
        sys.exit(_complain(problem))
    except Interrupted as signal:
        print(f"stopped by {signal}: no verdict, and nothing is left running", file=sys.stderr)
        sys.exit(NOT_JUDGED)
    except Exception as error:
        if os.environ.get("BROWNOUT_DEBUG"):
            raise
        text = " ".join(str(error).split())[:300]
        print(f"error: {type(error).__name__}: {text} (BROWNOUT_DEBUG=1 shows where)", file=sys.stderr)
        sys.exit(NOT_JUDGED)


def _complain(problem: Problem) -> int:
    for text in str(problem).splitlines():
        print(f"error: {text}", file=sys.stderr)
    return problem.exit_code


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"brownout {version('brownout')}")
        raise typer.Exit


@app.callback()
def _root(
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is, and exit.")
    ] = False,
) -> None:
    """Live through your vendors' outages before your users do."""


@app.command()
def run(
    scenarios: Annotated[list[str], typer.Argument(help="Names of the library, or paths of YAML files.")],
    mode: Annotated[Mode, typer.Option(help="Virtual time in this process, or processes and sockets.")] = Mode.VIRTUAL,
    seed: Annotated[int | None, typer.Option(help="Replaces the scenario's own.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the run's files go. [default: runs/TIME-SCENARIO-MODE]")
    ] = None,
    redis: Annotated[
        str | None, typer.Option(help="A Redis on this machine, an empty database. Real mode only.")
    ] = None,
) -> None:
    """Run scenarios, judge them, and write a run folder with a report for each.

    Exit codes: 0 passed, 1 an expectation failed, 2 bad input, 3 inconclusive or not judged.
    """
    from brownout_core.clock import system_wall_clock
    from brownout_harness.run import REPORT_FILE, execute, prepare
    from brownout_harness.terminal import show_verdict, watched

    console = _console()
    orders = prepare(scenarios, mode=mode.value, time=_stamp(system_wall_clock()), seed=seed, out=out, redis_url=redis)
    codes = []
    for order in orders:
        try:
            with watched(console, order.scenario.name) as progress:
                finished = execute(order, progress)
        except Problem as problem:
            codes.append(_complain(problem))
            continue
        show_verdict(console, finished.verdict, finished.folder, finished.folder / REPORT_FILE)
        codes.append(finished.exit_code)
    raise typer.Exit(worst(codes))


def _stamp(wall_s: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(wall_s, UTC).strftime("%Y%m%dT%H%M%SZ")


def _console() -> "Console":
    from rich.console import Console

    console = Console()
    # A pipe has no width: a table folded to 80 columns is no use to whoever reads the file.
    return console if console.is_terminal else Console(width=160)


@app.command()
def scenarios(
    show: Annotated[str | None, typer.Argument(help="Print this one as it is written.")] = None,
    json_schema: Annotated[
        bool, typer.Option("--json-schema", help="Print the JSON Schema of scenario files, for editors.")
    ] = False,
) -> None:
    """List the library's scenarios, or show one."""
    from brownout_scenarios import library
    from brownout_scenarios.errors import ScenarioError

    if json_schema:
        from brownout_harness.vocabulary import schema_text

        print(schema_text())
        return
    try:
        if show is not None:
            print(library.find(show).read_text(encoding="utf-8"), end="")
            return
        _list_scenarios([library.path_of(name) for name in library.names()])
    except ScenarioError as error:
        raise BadInput(str(error)) from None


def _list_scenarios(paths: list[Path]) -> None:
    import yaml
    from rich.table import Table

    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("scenario", no_wrap=True)
    table.add_column("what it shows")
    for path in paths:
        table.add_row(path.stem, " ".join(str(yaml.safe_load(path.read_text(encoding="utf-8"))["about"]).split()))
    _console().print(table)


@app.command()
def report(run_dir: Annotated[Path, typer.Argument(help="A folder that `brownout run` wrote.")]) -> None:
    """Draw a run's report again."""
    from brownout_reports.report import write_report
    from brownout_reports.run_folder import RunFolderError

    try:
        print(write_report(run_dir))
    except (RunFolderError, OSError) as error:
        raise BadInput(" ".join(str(error).split())) from None


@app.command()
def up(
    vendors: Annotated[list[str] | None, typer.Argument(help="Which; all of them if none is named.")] = None,
    port_base: Annotated[
        int | None, typer.Option(help="This port and the next ones instead of the documented ones; 0: any free ones.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of ids and of faults.")] = 0,
) -> None:
    """Serve the vendors' simulators until Ctrl-C, and print their addresses and test keys."""
    from brownout_harness.up import serve

    try:
        serve(_console(), vendors or [], port_base=port_base, seed=seed)
    except Interrupted:
        print("stopped", file=sys.stderr)


@app.command()
def audit() -> None:
    """Swap known-bad parts into the core and show which scenario catches which."""
    from brownout_harness.audit.run import audit as run_audit

    check: Callable[[Console], int] = run_audit
    raise typer.Exit(check(_console()))


if __name__ == "__main__":
    main()
