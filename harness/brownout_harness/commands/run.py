"""`brownout run`: scenarios run, judged and written down."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from brownout_harness.commands.console import make_console
from brownout_harness.commands.modes import Mode
from brownout_harness.problems import NOT_JUDGED, BadInput, Problem, complain, worst


def run(
    scenarios: Annotated[list[str], typer.Argument(help="Names of the library, or paths of YAML files.")],
    mode: Annotated[Mode, typer.Option(help="Virtual time in this process, or processes and sockets.")] = Mode.VIRTUAL,
    seed: Annotated[int | None, typer.Option(help="Replaces the scenario's own.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the run's files go. [default: runs/TIME-SCENARIO-MODE]")
    ] = None,
    redis: Annotated[
        str | None,
        typer.Option(
            metavar="fake|auto|URL",
            help="The embedded one, the machine's own redis-server where there is one, or an empty database on this "
            "machine. Real mode only.  [default: auto]",
        ),
    ] = None,
) -> None:
    """Run scenarios, judge them, and write a run folder with a report for each.

    Exit codes: 0 passed, 1 an expectation failed, 2 bad input, 3 inconclusive or not judged.
    """
    _look_for(scenarios)
    from brownout_core.clock import system_wall_clock
    from brownout_harness.running.orders import prepare, stamp

    orders = prepare(scenarios, mode=mode.value, time=stamp(system_wall_clock()), seed=seed, out=out, redis=redis)

    from brownout_harness.commands.terminal import show_verdict, watched
    from brownout_harness.running.execute import REPORT_FILE, execute

    console = make_console()
    codes = []
    if chosen := next((order.redis for order in orders if order.redis), None):
        console.print(f"redis: {chosen.words}", markup=False, highlight=False)
    if parts := next((order.parts for order in orders if order.parts), ""):
        console.print(f"parts: {parts} in the place of the gateway's own", markup=False, highlight=False)
    for order in orders:
        try:
            with watched(console, order.scenario.name) as progress:
                finished = execute(order, progress)
        except Problem as problem:
            codes.append(complain(problem))
            continue
        report = None if finished.undrawn else finished.folder / REPORT_FILE
        show_verdict(console, finished.verdict, finished.folder, report)
        if finished.undrawn:
            print(f"error: {finished.undrawn}", file=sys.stderr)
        if finished.is_interrupted:
            print(
                f"stopped: what was seen until then is in {finished.folder}; nothing is left running", file=sys.stderr
            )
            raise typer.Exit(NOT_JUDGED)
        codes.append(finished.exit_code)
    raise typer.Exit(worst(codes))


def _look_for(scenarios: list[str]) -> None:
    """A typo is answered before everything that a run needs is imported. Raises `BadInput`."""
    from brownout_scenarios import library
    from brownout_scenarios.errors import ScenarioError

    try:
        for scenario in scenarios:
            library.find(scenario)
    except ScenarioError as error:
        raise BadInput(str(error)) from None
