"""`report.html`: one file, no network, light and dark, readable when printed.

A pure function from a run folder's content to text; `write_report` puts it beside the run's other files.
"""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from brownout_reports import counts
from brownout_reports.figure import timeline_svgs
from brownout_reports.panels import seconds_text
from brownout_reports.run_folder import ExpectationResult, PhaseMetrics, RunFolder, Status, read
from brownout_reports.sequence import pictures

REPORT: Final = "report.html"
NOTHING: Final = "–"  # noqa: RUF001 - an en dash is what a table shows where there is no number

STATUS_WORDS: Final = {
    Status.PASSED: ("✓", "passed"),
    Status.FAILED: ("✗", "failed"),
    Status.INCONCLUSIVE: ("?", "inconclusive"),
}


def write_report(folder: Path) -> Path:
    """Draw the report of the run in `folder` and return its path.

    Raises:
        RunFolderError: the folder does not hold a run that this version can read.
    """
    path = folder / REPORT
    text = render(read(folder))
    # Not into what is there: that may be a link to somewhere else.
    partial = folder / f".{REPORT}.partial-{os.getpid()}"
    try:
        with partial.open("x", encoding="utf-8") as file:
            file.write(text)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def render(run: RunFolder) -> str:
    """The whole page as text. The same run gives the same text."""
    environment = make_environment()
    environment.filters.update(seconds=_seconds, number=_number, instant=_instant, percent=_percent, why=_why)
    wide, narrow = (Markup(svg) for svg in timeline_svgs(run))  # noqa: S704 - drawn by us; matplotlib escapes its text
    shown = pictures(run)
    return environment.get_template("report.html.j2").render(
        verdict=run.verdict,
        words=STATUS_WORDS,
        headline=headline(run),
        wrong=_with(run, Status.FAILED, Status.INCONCLUSIVE),
        held=_with(run, Status.PASSED),
        wide=wide,
        narrow=narrow,
        pictures=shown,
        pictured={each.operation_id: number for number, each in enumerate(shown.drawn, 1)},
        phase_rows=_rows(run.verdict.phase_metrics),
        vendor_rows=run.verdict.vendor_metrics,
        whole_run=_whole(run.verdict.phase_metrics),
        ended=counts.operations(run.tables),
        answers=counts.answers(run.tables),
        told=counts.told(run.tables),
        letters=counts.dead_letters(run.tables),
        notices=counts.notices(run.tables),
        moves=counts.moves(run.tables),
        scenario=run.scenario,
    )


def make_environment() -> Environment:
    """What the pages are made with: every text is escaped, and one that is missing is an error."""
    environment = Environment(
        loader=PackageLoader("brownout_reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _code_spans
    return environment


def _with(run: RunFolder, *statuses: Status) -> list[ExpectationResult]:
    """In the order of these statuses, and within each in the scenario's."""
    return [result for status in statuses for result in run.verdict.expectations if result.status is status]


def headline(run: RunFolder) -> str:
    """The verdict in one sentence, for whoever reads no further."""
    results = run.verdict.expectations
    failed = [result.name for result in results if result.status is Status.FAILED]
    if run.verdict.verdict is Status.PASSED:
        return f"All {len(results)} expectations hold."
    if run.verdict.verdict is Status.FAILED:
        return f"{len(failed)} of {len(results)} expectations failed: {', '.join(dict.fromkeys(failed))}."
    if not run.verdict.reasons:
        return "The experiment did not happen as asked: too little was seen to judge."
    return "The experiment did not happen as asked:"  # the page lists why, right below


def _whole(rows: Sequence[PhaseMetrics]) -> PhaseMetrics | None:
    return next((row for row in rows if row.phase == "all" and row.operation == "all" and not row.group), None)


def _rows(rows: Sequence[PhaseMetrics]) -> list[PhaseMetrics]:
    """Without those of all operations together where there is one: it says the same."""
    named = Counter((row.phase, row.group) for row in rows if row.operation != "all")
    return [row for row in rows if row.operation != "all" or named[row.phase, row.group] != 1]


def _seconds(value: float | None) -> str:
    if value is None:
        return NOTHING
    rounded = float(f"{value:.3g}")
    return seconds_text(rounded) if rounded > 0 else "0 s"


def _instant(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"


def _number(value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value:,}".replace(",", " ") if isinstance(value, int) else f"{value:,.1f}".replace(",", " ")


def _percent(part: float, whole: float) -> str:
    return NOTHING if not whole else f"{100 * part / whole:.1f} %"


def _why(detail: str) -> str:
    """`failure ratio reached` of `closed->open: failure_ratio_reached`."""
    return detail.rpartition(": ")[2].replace("_", " ")


def _code_spans(text: Any) -> Markup:
    """Text with `backticks` as code."""
    pieces = str(text).split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 else Markup("{}").format(piece)
        for number, piece in enumerate(pieces)
    )
