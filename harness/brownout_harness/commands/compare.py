"""`brownout compare`: finished runs side by side.

Examples:
  brownout compare runs/A runs/B
  brownout compare last runs/A --json
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brownout_harness.commands.console import make_console
from brownout_harness.problems import NOT_JUDGED, PASSED, BadInput

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from brownout_harness.comparing.told import Told


def compare(
    runs: Annotated[
        list[str], typer.Argument(help="Folders that `brownout run` wrote, or `last`; the first is the measure.")
    ],
    out: Annotated[Path | None, typer.Option(help="Where the page goes. [default: runs/TIME-comparison.html]")] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print the comparison as JSON; the page only with --out.")
    ] = False,
) -> None:
    """Lay finished runs of one scenario side by side.

    Of other modes, seeds, or versions of the application or of the scenario.

    Exit codes: 0 compared, 2 bad input, 3 one of the runs is inconclusive or fell short: nothing can be said of it.
    """
    from brownout_core.clock import system_wall_clock
    from brownout_harness.comparing.comparison import comparison_of
    from brownout_harness.comparing.page import page_of
    from brownout_harness.comparing.told import told
    from brownout_harness.running.orders import RUNS, stamp
    from brownout_harness.running.recorded import find, recorded

    place = out or (None if json else RUNS / f"{stamp(system_wall_clock())}-comparison.html")
    if place is not None:
        _check_free(place)
    comparison = comparison_of([recorded(find(each)) for each in runs])
    found = told(comparison)
    if place is not None:
        _write(place, page_of(comparison, found))
    if json:
        print(found.model_dump_json(indent=2))
    else:
        show(found, make_console())
        print(f"page   {place}")
    raise typer.Exit(PASSED if found.is_sound else NOT_JUDGED)


def _check_free(place: Path) -> None:
    """Before the runs are read: a page takes the place of an earlier page, and of nothing else."""
    if place.exists() and (place.suffix != ".html" or not place.is_file()):
        raise BadInput(f"--out {place}: there is something that is no page; name a file that ends in .html")


def _write(place: Path, text: str) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_name(f".{place.name}.partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(place)
    except OSError as error:
        raise BadInput(f"--out {place}: {error.strerror}; name a file that can be written") from None


def show(found: "Told", console: "Console") -> None:
    """Who is who, what is to be said beforehand, the figures of the whole run, what went differently."""
    from rich.markup import escape

    from brownout_harness.comparing.told import headline, otherwise_text
    from brownout_reports.printable import one_line

    def line(text: str, mark: str = "") -> None:
        console.print(f"{mark}{escape(one_line(text))}", highlight=False, soft_wrap=True)

    for run in found.runs:
        line(f"{run.label}  {run.verdict} {run.scenario} ({run.mode}, seed {run.seed})  {run.folder}")
    for each in found.unsound:
        line(each, "[bold yellow]inconclusive[/] ")
    for each in found.remarks:
        line(each, "[yellow]![/] ")
    first, *_ = found.runs
    console.print(_table(found))
    line(headline(found))
    for other in found.otherwise:
        line(otherwise_text(other, first.label))
        for one in other.shown:
            line(f"  {one.operation_id}  {first.label}: {one.ways[0]}; {other.run}: {one.ways[1]}")


def _table(found: "Told") -> "Table":
    from rich.markup import escape
    from rich.table import Table

    from brownout_harness.comparing.told import difference_text, value_text
    from brownout_reports.printable import one_line

    first, *others = (run.label for run in found.runs)
    table = Table(show_edge=False, pad_edge=False)
    for name in ("figure", "of"):
        table.add_column(name)
    for label in (first, *others):
        table.add_column(label, justify="right")
    for label in others:
        table.add_column(f"{label} less {first}")
    for figure in (each for each in found.figures if not each.phase):
        values = [value_text(figure.what, value) for value in figure.values]
        texts = [
            f"[bold red]{text}[/]" if each.is_beyond_chance else text
            for each in figure.differences
            for text in [escape(one_line(difference_text(figure.what, each, figure.values[0])))]
        ]
        table.add_row(figure.what, escape(one_line(figure.of)), *values, *texts)
    return table
