"""`brownout load`: one scenario, for real, at the rate and for as long as you say, by several processes.

Examples:
  brownout load healthy --rate 60/s --workers 2
  brownout load stripe-brownout --rate 80/s --for 2m --workers 2
  brownout load mine.yaml --rate 900/s --master 10.0.0.5:5557 --expect 1
  brownout load --join 10.0.0.5:5557     # on the other machine
"""

import os
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from brownout_harness.commands import completing
from brownout_harness.commands.console import make_console, waiting
from brownout_harness.commands.one_by_one import one_by_one
from brownout_harness.problems import BadInput

if TYPE_CHECKING:
    from brownout_harness.real.load_workers import Generators
    from brownout_harness.running.orders import Order

MOST: Final = 64
SOAK_S: Final = 600.0
"""What lasts so long is a soak."""


def load(
    scenario: Annotated[
        str | None, typer.Argument(help="A name of the library or a YAML file.", autocompletion=completing.scenarios)
    ] = None,
    *,
    rate: Annotated[
        str | None, typer.Option(metavar="N/s", help="Operations asked for; every rate of the scenario in proportion.")
    ] = None,
    length: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="Of the whole load; the first quiet phase gives way.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=MOST, help="Processes that make the load.")] = 1,
    master: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where workers of other machines join: a private address.")
    ] = None,
    expect: Annotated[int | None, typer.Option(min=1, max=MOST, help="How many of those there must be.")] = None,
    join: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="No scenario: make load for the master that is there.")
    ] = None,
    web: Annotated[bool, typer.Option("--web", help="Locust's own page, on this machine, to look on.")] = False,
    soak: Annotated[
        bool, typer.Option("--soak", help="Look at everybody's memory and open descriptors; of 10 minutes always.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Replaces the scenario's own.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where its files go. [default: runs/TIME-SCENARIO-real]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON, and nothing else.")] = False,
    redis: Annotated[
        str | None, typer.Option(metavar="fake|auto|URL", help="As of brownout run.  [default: auto]")
    ] = None,
) -> None:
    """Run a scenario for real at any rate, by several processes.

    Target, vendors, faults and expectations are the scenario's. The load is Locust's, with a master and its workers.

    Exit codes: 0 passed, 1 an expectation failed, 2 bad input, 3 inconclusive or not judged.
    """
    if join is not None:
        others = {"a scenario": scenario, "--rate": rate, "--for": length, "--master": master, "--expect": expect}
        _join(join, workers, [name for name, given in others.items() if given is not None])
        return
    if scenario is None:
        raise BadInput("name a scenario (`brownout scenarios` lists them), or --join a master")
    if (master is None) != (expect is None):
        raise BadInput("--master and --expect go together: where other machines join, and how many workers of theirs")
    from brownout_harness.real.load_workers import Generators

    generators = Generators(workers=workers, listen=master or "", joining=expect or 0, has_page=web, is_soak=soak)
    with waiting("reading scenarios"):
        order = _order(scenario, generators, rate=rate, length=length, seed=seed, out=out, redis=redis)
    raise typer.Exit(one_by_one(make_console(to_errors=as_json), [order], fail_fast=False, as_json=as_json))


def _order(
    scenario: str,
    generators: "Generators",
    *,
    rate: str | None,
    length: str | None,
    seed: int | None,
    out: Path | None,
    redis: str | None,
) -> "Order":
    """What is to be run. Raises `BadInput`."""
    from brownout_core.clock import system_wall_clock
    from brownout_harness.real.load_workers import check
    from brownout_harness.running.orders import prepare, stamp
    from brownout_harness.running.sized import sized, with_soak_note
    from brownout_scenarios.units import parse_duration, parse_rate

    rate_per_s = None if rate is None else _read(parse_rate, rate, "--rate")
    for_s = None if length is None else _read(parse_duration, length, "--for")
    check(generators)
    time = stamp(system_wall_clock())
    (order,) = prepare([scenario], mode="real", time=time, seed=seed, out=out, redis=redis)
    again = ["brownout", "load", scenario, "--seed", str(order.scenario.seed), "--workers", str(generators.workers)]
    again += ["--master", generators.listen, "--expect", str(generators.joining)] if generators.listen else []
    again += ["--soak"] if generators.is_soak else []
    again += ["--rate", rate] if rate is not None else []
    again += ["--for", length] if length is not None else []
    wanted = sized(order.scenario, rate_per_s=rate_per_s, for_s=for_s)
    is_soak = generators.is_soak or wanted.duration_s >= SOAK_S
    return replace(
        order,
        scenario=with_soak_note(wanted) if is_soak else wanted,
        generators=replace(generators, is_soak=is_soak),
        command=order.command.partition("brownout ")[0] + shlex.join(again),
    )


def _read(parse: Callable[[object], float], text: str, option: str) -> float:
    try:
        return parse(text)
    except ValueError as error:
        raise BadInput(f"{option}: {error}") from None


def _join(address: str, workers: int, others: list[str]) -> None:
    """Take part in somebody else's run. Raises `BadInput`, and `NotJudged` where it could not."""
    from brownout_harness.real.joining import join

    if others:
        raise BadInput(f"--join goes without {' and '.join(others)}: what is asked for, the master says")
    console = make_console()
    join(address, workers, os.environ, lambda said: console.print(said, markup=False, highlight=False, soft_wrap=True))
