"""The systematic audit in the terminal: while it runs, and what it came to."""

import os
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from brownout_harness.audit.bar import bar
from brownout_harness.audit.kept import sources as source_state
from brownout_harness.audit.systematic.changes import Change
from brownout_harness.audit.systematic.infection import spared
from brownout_harness.audit.systematic.kept import Kept
from brownout_harness.audit.systematic.rehearsal import NotRehearsed, Rehearsal, import_all, rehearse
from brownout_harness.audit.systematic.reviewed import reviewed
from brownout_harness.audit.systematic.sources import SOURCES, Sources, sampled
from brownout_harness.audit.systematic.survey import survey
from brownout_harness.audit.systematic.tally import Tally, tally, write
from brownout_harness.audit.systematic.verdicts import Found
from brownout_harness.problems import FAILED, PASSED, BadInput, NotJudged
from brownout_scenarios import library

SHOWN = 40
"""So many survivors are listed in the terminal; the folder has all."""


def audit_systematically(
    console: Console,
    package: str,
    *,
    sample: float,
    out: Path | None,
    at_least: float = 0.0,
    only: tuple[str, ...] = (),
    workers: int | None = None,
) -> int:
    """0 where so large a share was noticed, and what was reviewed holds; else 1.

    Raises:
        BadInput: the folder cannot be written.
        NotJudged: the good runs are not what they should be.
    """
    if find_spec("coverage") is None:
        raise BadInput("--systematic needs the package coverage: pip install coverage")
    sources, at_once = SOURCES[package], workers or os.cpu_count() or 1
    kept = Kept(out, f"{package} {source_state()}")
    every = list(sources.changes())
    wanted = [each for each in sampled(every, sample) if not only or each.module.partition(".")[2].startswith(only)]
    if not wanted:
        raise BadInput(f"no change of {sources.package} is in {', '.join(only) or 'so small a sample'}")
    rest = [each for each in wanted if each.name not in kept.found]
    if len(rest) < len(wanted):
        console.print(f"{len(wanted) - len(rest)} of {len(wanted)} changes are known from {out}", highlight=False)
    if rest:
        good = _good_runs(kept, sources, every, at_once, console)
        with bar(console, "changing", len(rest)) as step:

            def done(found: Found) -> None:
                kept.add(found)
                step(f"{found.fate}: {found.change[:60]}")

            survey(sources, rest, good, at_once, done)
    names = {each.name for each in wanted}
    told = tally(
        sources,
        sample,
        (each for name, each in kept.found.items() if name in names),
        reviewed(),
        (each.name for each in every),
    )
    if out is not None:
        write(out, told)
    show(told, console)
    share = told.rows[-1].share
    if share < at_least:
        console.print(f"[bold red]✗[/] {share:.1%} is less than the {at_least:.1%} that are demanded")
    return FAILED if told.contradicted or told.stale or share < at_least else PASSED


def _good_runs(kept: Kept, sources: Sources, every: Sequence[Change], at_once: int, console: Console) -> Rehearsal:
    good = kept.good_runs()
    if good is not None:
        import_all(good.modules)
        return good
    names = library.names()
    try:
        with bar(console, "with nothing changed", len(names)) as step:
            good = rehearse(names, sources.root, at_once, step)
    except NotRehearsed as error:
        raise NotJudged(str(error)) from None
    left = {name: each.heard.left for name, each in good.runs.items()}
    with bar(console, "where what differs", len(names)) as step:
        good = replace(good, spared=spared(sources, every, left, at_once, step))
    kept.keep_good_runs(good)
    return good


def show(told: Tally, console: Console) -> None:
    """A line for each part; which expectations noticed; then who got away."""
    table = Table(title=f"Changes of {told.package} that the library notices", title_justify="left")
    table.add_column("part", no_wrap=True)
    for column in ("changes", "noticed", "survived", "doubted", "not covered", "no difference", "share"):
        table.add_column(column, justify="right")
    for row in told.rows:
        counts = (row.changes, row.noticed, row.survived, row.doubted, row.not_covered, row.equivalent)
        table.add_row(row.part, *map(str, counts), f"{row.share:.1%}")
    console.print(table)
    noticed = ", ".join(f"{name} {count}" for name, count in told.by_expectation.items())
    console.print(f"noticed first by: {noticed or 'nobody'}", highlight=False)
    for each in told.survivors[:SHOWN]:
        traces = f"{len(each.differed)} of {each.tried} runs differ" if each.differed else "no run differs"
        console.print(f"[bold red]✗[/] {escape(each.change)} ({traces})", highlight=False)
    if len(told.survivors) > SHOWN:
        console.print(f"… and {len(told.survivors) - SHOWN} more", highlight=False)
    for each in told.contradicted:
        change = escape(each.change)
        console.print(f"[bold red]✗[/] reviewed as making no difference, but {each.scenario} notices: {change}")
    for name in told.stale:
        console.print(f"[bold red]✗[/] reviewed, but no longer there: {escape(name)}")
