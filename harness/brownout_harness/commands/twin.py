"""`brownout twin`: the same scenarios in both modes, and how far they agree.

Examples:
  brownout twin healthy grey-failure
  brownout twin runs/A runs/B --json
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brownout_harness.commands import completing
from brownout_harness.commands.console import make_console
from brownout_harness.problems import FAILED, NOT_JUDGED, PASSED, BadInput, NotJudged, worst
from brownout_harness.tables import table

if TYPE_CHECKING:
    from rich.console import Console

    from brownout_harness.twin.agreement import Agreement
    from brownout_harness.twin.told import ToldScenario


def twin(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names, files, or two finished runs; default: all of the library that both modes can run.",
            autocompletion=completing.scenarios,
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Replaces the scenarios' own.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="So many seeds of each scenario, its own first.")] = 1,
    out: Annotated[
        Path | None,
        typer.Option(help="Where runs and figures go; runs that are there are taken. [default: runs/TIME-twin]"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Run scenarios in both modes: how far do they agree?

    In virtual time and for real, on the same seeds.

    Exit codes: 0 all within the limits, 1 a figure is outside or verdicts differ, 2 bad input, 3 it cannot be said.
    """
    if seed is not None and seeds > 1:
        raise BadInput("--seed and --seeds: say which seed, or how many")
    given = scenarios or []
    if len(given) == 2 and all((Path(each) / "verdict.json").is_file() for each in given):
        if seed is not None or seeds > 1 or out is not None:
            raise BadInput("two finished runs are compared as they are: leave --seed, --seeds and --out out")
        found = [_of_runs(*map(Path, given))]
    else:
        found = _of_scenarios(given, [seed] if seed is not None else [None, *range(1, seeds)], out, quiet=json)
    from brownout_harness.twin.told import told

    everything = told(found)
    if json:
        print(everything.model_dump_json(indent=2))
    else:
        for each in everything.scenarios:
            show(each, make_console())
    codes = {"passed": PASSED, "failed": FAILED, "inconclusive": NOT_JUDGED}
    raise typer.Exit(worst([codes[each.status] for each in found]))


def _of_runs(one: Path, other: Path) -> "Agreement":
    from brownout_harness.twin.agreement import agreement_of
    from brownout_harness.twin.pairs import pair_of
    from brownout_harness.twin.spread import with_what_explains_it

    pair = pair_of(one, other)
    return with_what_explains_it(agreement_of(pair.virtual.verdict.scenario, [pair]))


def _of_scenarios(names: list[str], seeds: list[int | None], out: Path | None, *, quiet: bool) -> "list[Agreement]":
    from brownout_core.clock import system_wall_clock
    from brownout_harness.commands.terminal import watched
    from brownout_harness.running.orders import RUNS, stamp
    from brownout_harness.twin.agreement import agreement_of
    from brownout_harness.twin.pairs import both_ways, comparable, made
    from brownout_harness.twin.spread import with_what_explains_it
    from brownout_harness.twin.told import markdown, told
    from brownout_scenarios import library

    into = out or RUNS / f"{stamp(system_wall_clock())}-twin"
    wanted = [(name, [both_ways(name, seed) for seed in seeds]) for name in names or comparable(library.names())]
    console = make_console(to_errors=quiet)
    found = []
    for name, each_seed in wanted:
        pairs, unmade = [], []
        for scenario in each_seed:
            try:
                with watched(console, name) as progress:
                    pairs.append(made(name, scenario, into, progress))
            except NotJudged as error:
                unmade.append(f"seed {scenario.seed} came to no verdict: {error}")
        found.append(with_what_explains_it(agreement_of(each_seed[0].name, pairs, unmade)))
        # As they come: a whole library takes hours.
        into.mkdir(parents=True, exist_ok=True)
        (into / "twin.json").write_text(told(found).model_dump_json(indent=2) + "\n", encoding="utf-8")
        (into / "twin.md").write_text(markdown(told(found)), encoding="utf-8")
        if not quiet:
            console.print(f"{name}: {found[-1].status}", highlight=False)
    return found


def show(scenario: "ToldScenario", console: "Console") -> None:
    """One scenario: what is to be said beforehand, then its figures."""
    from rich.markup import escape

    from brownout_harness.twin.told import MARKS, counts_of, difference_text, remarks, value_text, within_text
    from brownout_reports.printable import one_line

    styles = {True: "green", False: "bold red", None: "yellow"}
    console.print()
    for remark in remarks(scenario):
        console.print(f"[yellow]![/] {escape(one_line(remark))}", soft_wrap=True)
    rows = []
    for each in scenario.figures:
        values = [value_text(each.what, value) for value in (each.virtual, each.real)]
        said = f"[{styles[each.within]}]{escape(within_text(each))}[/]"
        rows.append((each.what, escape(one_line(each.of)), *values, difference_text(each), said))
    if rows:
        columns = ("figure", "of", "virtual", "real", "difference", "within")
        title = f"{scenario.scenario}: virtual and real"
        console.print(table(console, columns, rows, title=title, right=("virtual", "real", "difference")))
    counts = ", ".join(f"{count} {kind}" for kind, count in counts_of(scenario).items())
    console.print(f"{scenario.scenario}: {MARKS[scenario.status]} ({counts})", highlight=False)
