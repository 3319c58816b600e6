"""`brownout run`: scenarios run, judged and written down.

Examples:
  brownout run stripe-brownout
  brownout run scenarios/checkout.yaml --mode real
  brownout run --tag crash --tag money -j 4 --fail-fast
  brownout run runs/A --mode real        # a run that is there, again
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brownout_harness.commands.console import make_console, waiting
from brownout_harness.commands.modes import Mode
from brownout_harness.commands.one_by_one import one_by_one
from brownout_harness.commands.parameters import SCENARIOS, TAGS
from brownout_harness.commands.web_console import ConsolePort, LooksOn, looked_on
from brownout_harness.problems import BadInput
from brownout_harness.running.keep import Keep

if TYPE_CHECKING:
    from rich.console import Console

    from brownout_harness.running.orders import Order


ToxiproxyUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL|installed",
        help="A Toxiproxy that acts out the faults of links: one that runs, or the toxiproxy-server on PATH. Real mode "
        "only.  [default: the run's own proxies]",
    ),
]


def run(
    scenarios: Annotated[list[str] | None, SCENARIOS] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="The whole library.")] = False,
    tag: Annotated[list[str] | None, TAGS] = None,
    mode: Annotated[Mode, typer.Option(help="Virtual time in this process, or processes and sockets.")] = Mode.VIRTUAL,
    seed: Annotated[int | None, typer.Option(help="Replaces the scenario's own.")] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "-j", "--jobs", min=1, help="Processes, in virtual mode. [default: one; of --all and --tag one per core]"
        ),
    ] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="End with the first that does not pass.")] = False,
    keep: Annotated[Keep, typer.Option(help="Of which runs a folder is kept: wrong ones did not pass.")] = Keep.ALL,
    out: Annotated[Path | None, typer.Option(help="Where its files go. [default: runs/TIME-SCENARIO-MODE]")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the verdicts as JSON, a line for each, and nothing else.")
    ] = False,
    redis: Annotated[
        str | None,
        typer.Option(
            metavar="fake|auto|URL",
            help="The embedded one, the machine's own redis-server where there is one, or an empty database on this "
            "machine. Real mode only.  [default: auto]",
        ),
    ] = None,
    toxiproxy_url: ToxiproxyUrl = None,
    web_console: LooksOn = False,
    console_port: ConsolePort = None,
) -> None:
    """Run scenarios, judge each, draw its report.

    Each has a folder below `runs/`.

    Exit codes: 0 passed, 1 an expectation failed, 2 bad input, 3 inconclusive or not judged. Of several the worst
    counts: 1 before 3 before 0.
    """
    wanted = _Wanted(scenarios or [], every, tag or [])
    wanted.check()
    web_console = web_console or console_port is not None
    _check_mode(mode, jobs, keep, web_console=web_console)
    is_real = mode is Mode.REAL
    are_many = wanted.is_selection or jobs is not None or keep is not Keep.ALL
    if as_json and are_many:
        raise BadInput("--json is of runs that are made one after the other; of many: brownout gate --json")
    with waiting("reading scenarios"):
        orders, left_out = _orders(wanted, mode, seed=seed, out=out, redis=redis, toxiproxy=toxiproxy_url)
    console = make_console(to_errors=as_json)
    _say_left_out(console, left_out, mode)
    if are_many and not is_real:
        from brownout_harness.commands.many import run_many

        raise typer.Exit(run_many(console, orders, keep, workers=jobs, fail_fast=fail_fast))
    with looked_on(console, orders, console_port, is_wanted=web_console) as watched:
        raise typer.Exit(one_by_one(console, watched, fail_fast=fail_fast, as_json=as_json))


def _check_mode(mode: Mode, jobs: int | None, keep: Keep, *, web_console: bool) -> None:
    if mode is Mode.REAL and (jobs is not None or keep is not Keep.ALL):
        given = "-j" if jobs is not None else "--keep"
        raise BadInput(f"{given} is for virtual mode: real runs are made one after the other, and kept; leave it out")
    if mode is not Mode.REAL and web_console:
        raise BadInput("the console looks on at real runs: add --mode real or leave it out")


def _say_left_out(console: "Console", names: Iterable[str], mode: Mode) -> None:
    for name in names:
        console.print(f"left out: {name}, which {mode.value} mode cannot run", markup=False, highlight=False)


@dataclass(frozen=True, slots=True)
class _Wanted:
    names: list[str]
    every: bool
    tags: list[str]

    @property
    def is_selection(self) -> bool:
        return self.every or bool(self.tags)

    def check(self) -> None:
        """A typo is answered before everything that a run needs is imported. Raises `BadInput`."""
        from brownout_scenarios import library
        from brownout_scenarios.errors import ScenarioError

        if self.is_selection and (self.names or (self.every and self.tags)):
            raise BadInput("name scenarios, or take --all, or --tag: one of the three")
        if not (self.is_selection or self.names):
            raise BadInput("name a scenario (`brownout scenarios` lists them), or take --all, or --tag TAG")
        try:
            for name in self.names:
                library.find(name)
        except ScenarioError as error:
            raise BadInput(str(error)) from None


def _orders(
    wanted: _Wanted, mode: Mode, *, seed: int | None, out: Path | None, redis: str | None, toxiproxy: str | None
) -> "tuple[list[Order], tuple[str, ...]]":
    """What is to be run, and which of the library the mode cannot run. Raises `BadInput`."""
    from brownout_core.clock import system_wall_clock
    from brownout_harness.running.orders import prepare, stamp
    from brownout_harness.running.selection import selected

    time = stamp(system_wall_clock())
    loaded, left_out = selected(wanted.tags, mode.value) if wanted.is_selection else ({}, ())
    names = [*loaded] or wanted.names
    orders = prepare(
        names, mode=mode.value, time=time, seed=seed, out=out, redis=redis, toxiproxy=toxiproxy, loaded=loaded
    )
    return orders, left_out
