"""What a person sees: a run's progress while it runs, its verdict when it is over.

On a terminal the progress is redrawn in place; elsewhere it is plain lines, one per phase and every few seconds.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from brownout_harness.progress import WITHOUT_LOAD, Progress, ProgressSink, is_redrawn
from brownout_harness.tables import table
from brownout_reports.printable import one_line
from brownout_reports.run_folder import ExpectationResult, Status, Verdict

PLAIN_EVERY_S = 5.0
REDRAWS_PER_S = 4

MARKS = {Status.PASSED: "[green]✓[/]", Status.FAILED: "[red]✗[/]", Status.INCONCLUSIVE: "[yellow]?[/]"}
PLAIN_MARKS = {Status.PASSED: "[green]+[/]", Status.FAILED: "[red]x[/]", Status.INCONCLUSIVE: "[yellow]?[/]"}
"""Where the console has no others."""
STYLES = {Status.PASSED: "bold green", Status.FAILED: "bold red", Status.INCONCLUSIVE: "bold yellow"}
BREAKER_STYLES = {"open": "red", "half_open": "yellow", "closed": "green"}


@contextmanager
def watched(console: Console, title: str) -> Iterator[ProgressSink]:
    """A sink that shows the progress of one run, in the way that fits the console."""
    if not is_redrawn(console):
        yield _Plain(console, title)
        return
    with Live(Text(f"{title}: starting"), console=console, refresh_per_second=REDRAWS_PER_S, transient=True) as live:
        yield lambda progress: _redraw(live, title, progress)


def _redraw(live: Live, title: str, progress: Progress) -> None:
    if progress.said:
        live.console.print(progress.said, markup=False, highlight=False, soft_wrap=True)
    else:
        live.update(live_table(title, progress))


class _Plain:
    """A line whenever the phase changes, and every few seconds in between."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._phase = ""
        self._next_s = 0.0

    def __call__(self, progress: Progress) -> None:
        if progress.said:
            self._console.print(progress.said, markup=False, highlight=False, soft_wrap=True)
            return
        if progress.phase == self._phase and progress.at_s < self._next_s:
            return
        self._phase = progress.phase
        self._next_s = progress.at_s + PLAIN_EVERY_S
        self._console.print(f"{self._title}: {line(progress)}", markup=False, highlight=False, soft_wrap=True)


def line(progress: Progress) -> str:
    """One look at a run in one line."""
    if progress.phase in WITHOUT_LOAD:
        return progress.phase
    parts = [f"{max(0.0, progress.at_s):.0f} of {progress.duration_s:.0f} s", progress.phase]
    parts.append(f"offered {progress.offered_per_s:.1f}/s, achieved {progress.achieved_per_s:.1f}/s")
    parts.append(f"done {_share(progress.success_share)}")
    parts += [f"{vendor} breaker {state}" for vendor, state in sorted(progress.breakers.items())]
    parts += [f"fault {fault}" for fault in progress.faults]
    return " | ".join(parts)


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def live_table(title: str, progress: Progress) -> Table:
    """The same, as a small table that is redrawn."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column()
    if progress.phase in WITHOUT_LOAD:
        grid.add_row(escape(title), f"[bold cyan]{progress.phase}[/]")
        return grid
    elapsed = f"{max(0.0, progress.at_s):.0f} of {progress.duration_s:.0f} s"
    grid.add_row(escape(title), f"[bold cyan]{escape(progress.phase)}[/]  {elapsed}")
    rate = f"offered {progress.offered_per_s:.1f}/s   achieved {progress.achieved_per_s:.1f}/s"
    grid.add_row("load", f"{rate}   in flight {progress.in_flight}   done {_share(progress.success_share)}")
    states = [
        f"{escape(vendor)} [{BREAKER_STYLES.get(state, 'white')}]{escape(state)}[/]"
        for vendor, state in sorted(progress.breakers.items())
    ]
    grid.add_row("breakers", "   ".join(states) or "[dim]none has moved[/]")
    for index, fault in enumerate(progress.faults or ("",)):
        grid.add_row("" if index else "faults", escape(fault) if fault else "[dim]none now[/]")
    return grid


def show_verdict(console: Console, verdict: Verdict, folder: Path, report: Path | None) -> None:
    """The verdict as a table: expectation, expected, observed; then where everything is, and how to do it again."""
    marks = MARKS if console.encoding.startswith("utf") else PLAIN_MARKS
    rows = [
        (marks[result.status], _plain(result.title), _plain(result.expected), _observed(result))
        for result in verdict.expectations
    ]
    console.print()
    console.print(table(console, ("", "expectation", "expected", "observed"), rows))
    console.print()
    for reason in verdict.reasons:
        console.print(f"[yellow]inconclusive[/] {_plain(reason)}", soft_wrap=True)
    style = STYLES[verdict.verdict]
    console.print(f"[{style}]{verdict.verdict}[/] {_plain(verdict.scenario)} ({verdict.mode}, seed {verdict.seed})")
    # Paths and commands are for copying: never folded, never decorated.
    shown = (("report", str(report)),) if report is not None else ()
    for name, text in (*shown, ("run", str(folder)), ("again", one_line(verdict.command))):
        console.print(f"{name:<7}{text}", markup=False, highlight=False, soft_wrap=True)


def json_line(verdict: Verdict, folder: Path, report: Path | None) -> str:
    """The verdict as `verdict.json` has it, and where the files are: one line, for a script that reads several."""
    told = verdict.model_dump(mode="json") | {"folder": str(folder), "report": None if report is None else str(report)}
    return json.dumps(told)


def _plain(text: str) -> str:
    """As it is: no markup, and nothing that moves the cursor. What is judged again may be anybody's."""
    return escape(one_line(text))


def _observed(result: ExpectationResult) -> str:
    parts = [_plain(result.observed)]
    if result.status is not Status.PASSED and result.when:
        parts.append(f"[dim]{_plain(result.when)}[/]")
    for case in result.cases:
        at = "" if case.at_s is None else f" at {case.at_s:.3f} s"
        parts.append(f"[dim]{_plain(case.operation_id or 'no operation id')}{at}: {_plain(case.what)}[/]")
    return "\n".join(parts)
