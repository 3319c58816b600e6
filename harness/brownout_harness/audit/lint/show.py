"""What of the library nobody needs, in the terminal."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.markup import escape

from brownout_harness.audit.bar import bar
from brownout_harness.audit.corruption.trial import tried
from brownout_harness.audit.lint.faults import faults_of, look_at
from brownout_harness.audit.lint.trips import Trip, of_trials, saved_in, untripped
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.audit.processes import in_processes
from brownout_harness.problems import FAILED, NOT_JUDGED, PASSED
from brownout_harness.running.orders import checked_scenario

T = TypeVar("T")


def lint(console: Console, names: Sequence[str], saved: Sequence[Path] = (), *, workers: int | None = None) -> int:
    """0: everything in these scenarios is needed; 1: something is not; 3: it cannot be said of one of them.

    Without saved audits the evidence is damaged here; of faults only an audit of known-bad parts knows anything.
    """
    trips = saved_in(saved)
    undone: list[str] = []
    if not saved:
        for trials, why in _each(console, "damaging", tried, [(name, None) for name in names], workers):
            trips += of_trials(trials)
            undone += [why] if why else []
    scenarios = [checked_scenario(name, "virtual", None) for name in names]
    idle = [(each.name, title) for each in scenarios for title in untripped(each, trips)]
    for scenario, title in idle:
        _say(console, f"{scenario}: nothing trips {title}")
    caught = {name: _parts(name, trips) for name in names}
    wanted = [(each.name, place, caught[each.name]) for each in scenarios for place, _ in faults_of(each)]
    looks = [each for each in wanted if each[2]]
    needless = [each for each in _each(console, "without each fault", look_at, looks, workers) if not each.needed_by]
    for found in sorted(needless, key=lambda each: (each.scenario, each.fault)):
        _say(console, f"{found.scenario}: what is caught is caught without {found.fault}, too")
    for why in undone:
        console.print(f"[yellow]?[/] {escape(why)}", soft_wrap=True)
    unknown = len(wanted) - len(looks)
    about = (
        f"; of {unknown} faults nothing is known, as no known-bad part is said to be caught there" if unknown else ""
    )
    console.print(f"{len(idle)} idle expectations, {len(needless)} needless of {len(looks)} faults{about}")
    if idle or needless:
        return FAILED
    return NOT_JUDGED if undone else PASSED


def _parts(scenario: str, trips: Sequence[Trip]) -> tuple[str, ...]:
    """The known-bad parts that were caught there and are still there."""
    return tuple(sorted({trip.by for trip in trips if trip.is_part and trip.scenario == scenario} & MUTANTS.keys()))


def _each(
    console: Console, what: str, run: Callable[..., T], wanted: Sequence[tuple[Any, ...]], workers: int | None
) -> Iterator[T]:
    """What comes of each, on all cores, while it is said how far that is."""
    with bar(console, what, len(wanted)) as step:
        for ended in in_processes(run, wanted, workers) if wanted else ():
            step("")
            yield ended


def _say(console: Console, what: str) -> None:
    console.print(f"[bold red]✗[/] {escape(what)}", soft_wrap=True, highlight=False)
