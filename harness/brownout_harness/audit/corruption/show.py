"""Every damage, done to every scenario's run: who noticed it, in the terminal."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.console import Console

from brownout_harness.audit.bar import bar
from brownout_harness.audit.corruption import DAMAGES
from brownout_harness.audit.corruption.trial import Trial, tried
from brownout_harness.audit.processes import in_processes
from brownout_harness.problems import FAILED, NOT_JUDGED, PASSED
from brownout_harness.tables import table
from brownout_reports.run_folder import Status

SCHEMA: Final = 1
EVIDENCE_FILE: Final = "evidence.json"


def audit_evidence(
    console: Console,
    scenarios: Sequence[str],
    seeds: Sequence[int | None] = (None,),
    *,
    out: Path | None = None,
    workers: int | None = None,
) -> int:
    """0 where each damage was noticed, by those who are to; 1 where one was not; 3 where a run did not pass undamaged,
    so that nothing can be said. What was found goes to the folder `out`, where one is named."""
    wanted = [(scenario, seed) for scenario in scenarios for seed in seeds]
    found: list[Trial] = []
    undone: list[str] = []
    with bar(console, "damaging", len(wanted)) as step:
        for trials, why in in_processes(tried, wanted, workers):
            found += trials
            undone += [why] if why else []
            step(trials[0].scenario if trials else "")
    found.sort(key=lambda each: (each.scenario, each.seed, each.damage))
    if out is not None:
        write(out, found)
    return show(found, sorted(undone), console)


def write(folder: Path, trials: Sequence[Trial]) -> None:
    """`evidence.json`: of each damage done to a run, which expectation noticed. The same finds, the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{**asdict(each), "operator": each.damage} for each in trials]
    text = json.dumps({"schema": SCHEMA, "rows": rows}, indent=2, sort_keys=True)
    (folder / EVIDENCE_FILE).write_text(text + "\n", encoding="utf-8")


def show(trials: Sequence[Trial], undone: Sequence[str], console: Console) -> int:
    """A line for each damage; then each verdict that stayed green, and what could not be tried."""
    of_damage: Mapping[str, list[Trial]] = {name: [each for each in trials if each.damage == name] for name in DAMAGES}
    rows = [
        (f"{name}\n[dim]{DAMAGES[name].about}[/]", str(len(some)), _noticed(some)) for name, some in of_damage.items()
    ]
    columns, title = ("damage", "runs", "noticed by"), "Who notices which damage to the evidence"
    console.print(table(console, columns, rows, title=title, right=("runs",), whole=("damage",)))
    missed = [each for each in trials if not each.is_as_meant]
    for each in missed:
        console.print(f"[bold red]✗[/] {each.damage} in {each.scenario} (seed {each.seed}): {_instead(each)}")
    untried = [name for name, some in of_damage.items() if not some]
    for why in (*undone, *(f"no run had anything to which {name} could be done" for name in untried)):
        console.print(f"[bold yellow]?[/] {why}")
    mark = "[bold red]✗[/]" if missed else "[bold green]✓[/]"
    console.print(f"{mark} {len(trials) - len(missed)} of {len(trials)} damages are noticed by those who are to")
    if missed:
        return FAILED
    return NOT_JUDGED if undone else PASSED


def _noticed(some: Iterable[Trial]) -> str:
    counts: dict[str, int] = {}
    for each in some:
        for name in each.noticed_by or (("nobody",) if each.status is Status.PASSED else ("the judge itself",)):
            counts[name] = counts.get(name, 0) + 1
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _instead(trial: Trial) -> str:
    if trial.status is Status.PASSED:
        return "the verdict stays green"
    return f"noticed by {', '.join(trial.noticed_by) or 'the judge itself'}, not by {' or '.join(trial.demanded)}"
