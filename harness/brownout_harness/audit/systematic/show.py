"""The systematic audit in the terminal: while it runs, and what it came to."""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from brownout_harness.audit.kept import sources as source_state
from brownout_harness.audit.systematic.audit import Audit
from brownout_harness.audit.systematic.baseline import baseline, read_baseline
from brownout_harness.audit.systematic.kept import Kept
from brownout_harness.audit.systematic.reviewed import by_change, reviewed
from brownout_harness.audit.systematic.sources import SOURCES, sampled
from brownout_harness.audit.systematic.tally import Tally, tally, write
from brownout_harness.problems import FAILED, PASSED, BadInput
from brownout_harness.tables import table

BASELINE = "baseline.tsv"
SHOWN = 40
"""So many survivors are listed in the terminal; the folder has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which changes, and what is demanded of them."""

    sample: float = 1.0
    """So large a share of all."""
    only: tuple[str, ...] = ("",)
    """The modules, with or without the package's name, begin so."""
    at_least: float = 0.0
    """So large a share is to be noticed."""
    baseline: Path | None = None
    """Nothing that is noticed there may be missed."""


def audit_systematically(
    console: Console, package: str, asked: Asked, *, out: Path | None = None, workers: int | None = None
) -> int:
    """0 where what is demanded was noticed, and what was reviewed holds; else 1.

    Raises:
        BadInput: the folder cannot be written, or the baseline not read.
        NotJudged: the good runs are not what they should be.
    """
    if find_spec("coverage") is None:
        raise BadInput("--systematic needs the package coverage: pip install coverage")
    sources, before = SOURCES[package], read_baseline(asked.baseline) if asked.baseline else {}
    kept = Kept(out, f"{package} {source_state()}")
    every = list(sources.changes())
    drawn = sampled(every, asked.sample)
    only = tuple(each.removeprefix(f"{sources.package}.") for each in asked.only)
    wanted = [each for each in drawn if each.module.partition(".")[2].startswith(only)]
    if not wanted:
        named = ", ".join(filter(None, asked.only)) or "so small a sample"
        raise BadInput(f"no change of {sources.package} is in {named}")
    if there := sum(each.name in kept.found for each in wanted):
        console.print(f"{there} of {len(wanted)} changes are known from {out}", highlight=False)
    audit = Audit(sources, every, kept, workers or os.cpu_count() or 1, console)
    audit.against(before, [each for each in wanted if each.name not in kept.found])
    audit.anew([each for each in wanted if each.name not in kept.found])
    names = {each.name for each in wanted}
    found = [each for name, each in kept.found.items() if name in names]
    names_of_all = [each.name for each in every]
    told = tally(
        sources,
        asked.sample,
        found,
        reviewed=by_change(reviewed(), names_of_all),
        names=names_of_all,
        before={name: each for name, each in before.items() if name in names},
    )
    if out is not None:
        write(out, told)
        (out / BASELINE).write_text(baseline(found), encoding="utf-8")
    show(told, console)
    share, share_before = told.rows[-1].share, told.share_before
    if share < asked.at_least:
        console.print(f"[bold red]✗[/] {share:.1%} is less than the {asked.at_least:.1%} that are demanded")
    if share < share_before:
        console.print(f"[bold red]✗[/] {share:.1%} is less than the {share_before:.1%} of {asked.baseline}")
    wrong = told.contradicted or told.stale or told.lost
    return FAILED if wrong or share < max(asked.at_least, share_before) else PASSED


def show(told: Tally, console: Console) -> None:
    """A line for each part; which expectations noticed; then who got away."""
    numbers = ("changes", "noticed", "survived", "doubted", "not covered", "no difference", "share")
    rows = []
    for row in told.rows:
        counts = (row.changes, row.noticed, row.survived, row.doubted, row.not_covered, row.equivalent)
        rows.append((row.part, *map(str, counts), f"{row.share:.1%}"))
    title = f"Changes of {told.package} that the library notices"
    console.print(table(console, ("part", *numbers), rows, title=title, right=numbers, whole=("part",)))
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
    for each in told.lost:
        console.print(f"[bold red]✗[/] noticed before, and no longer: {escape(each.change)}", highlight=False)
