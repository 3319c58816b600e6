"""Every change of a package's sources, each in a copy of this process, until a scenario notices."""

import gc
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Final

from brownout_harness.audit.systematic.changes import Change, changed
from brownout_harness.audit.systematic.forks import allow_cpu, in_forks
from brownout_harness.audit.systematic.put_in import Functions, import_anew
from brownout_harness.audit.systematic.readers import Lines, Readers
from brownout_harness.audit.systematic.rehearsal import Rehearsal, Rehearsed
from brownout_harness.audit.systematic.sources import Sources
from brownout_harness.audit.systematic.verdicts import Fate, Found, found, untried
from brownout_harness.problems import NotJudged

LONGER: Final = 10.0
"""So many times the processor time of the good run, and `AT_LEAST_S`, is a run with a change in it given."""
AT_LEAST_S: Final = 5.0
PUT_IN: Final = b"put in"
"""The first line of a copy: what becomes of it from now on is the change's doing."""
TRIAL: Final = "brownout_harness.audit.systematic.trial"
IMPORTED_ANEW: Final = ("brownout_harness", "brownout_core", "brownout_simulators")
"""What knows the changed packages, and they themselves. The others know nothing of them."""


def reaching(change: Change, file: Path, readers: Readers, rehearsed: Mapping[str, Rehearsed]) -> list[str]:
    """The scenarios that come to it, the cheapest first.

    What is executed when a module is imported is for those that execute what reads it; where nobody knows who does, for
    those that use the module, and of a module without code of its own for all.
    """
    seen: Lines | None = {str(file): frozenset(range(change.line, change.last_line + 1))}
    if not change.is_run:
        seen = readers.of(file, change.line)
    if seen is None:
        found = [name for name, each in rehearsed.items() if each.lines.get(str(file))] or list(rehearsed)
    else:
        found = [name for name, each in rehearsed.items() if _comes_to(seen, each)]
    return sorted(found, key=lambda name: (rehearsed[name].cost_s, name))


def as_executed(change: Change, file: Path, readers: Readers) -> Change:
    """What stands in a function that is called when a module is imported is put in before that."""
    return replace(change, is_run=False) if change.is_run and readers.is_called(file, change.line) else change


def _comes_to(lines: Lines, run: Rehearsed) -> bool:
    return any(not lines[file].isdisjoint(run.lines.get(file, ())) for file in lines)


Trial = tuple[Change, Sequence[str]]
"""A change, and the scenarios to try it with."""


def planned(sources: Sources, changes: Sequence[Change], good: Rehearsal) -> Iterator[Trial | Found]:
    """Each change with the scenarios to try it with; or, where there is none, what is known without."""
    readers = Readers(sources.package)
    # What is in functions first: the others cost more.
    for written in sorted(changes, key=lambda each: not each.is_run):
        change = as_executed(written, sources.file(written.module), readers)
        reached = reaching(change, sources.file(change.module), readers, good.runs)
        # The probes come after the import: they know nothing of what is done there.
        is_asked = change.is_run == written.is_run
        scenarios = [name for name in reached if not is_asked or change.name not in good.spared.get(name, ())]
        if scenarios:
            yield change, scenarios
        else:
            yield untried(change, Fate.SURVIVED if reached else Fate.NOT_COVERED)


def survey(
    sources: Sources,
    wanted: Sequence[Trial],
    good: Mapping[str, Rehearsed],
    at_once: int,
    done: Callable[[Found], None],
) -> None:
    """Try each with its scenarios, up to the first that notices; `done` hears of each as it ends. This process has
    imported what the runs need (`import_all`).

    Raises:
        NotJudged: a change could not be put in, or somebody else ended a copy.
    """
    functions = Functions(str(sources.file(module)) for module in {change.module for change, _ in wanted})
    gc.freeze()  # copies share it for longer
    left = {name: each.heard.left for name, each in good.items()}

    def work(item: Trial) -> Iterator[bytes]:
        change, scenarios = item
        file = sources.file(change.module)
        tree = changed(file, change)
        if not (change.is_run and functions.exchange(str(file), tree, change.line)):
            import_anew(change.module, file, tree, IMPORTED_ANEW)
        yield PUT_IN
        trial = import_module(TRIAL)  # anew, where all is
        for scenario in scenarios:
            allow_cpu(AT_LEAST_S + LONGER * good[scenario].cost_s)
            heard = trial.try_out(scenario)
            yield json.dumps(heard).encode()
            if heard.is_noticed:
                return

    for ended in in_forks(wanted, work, at_once):
        if ended.lines[:1] != (PUT_IN,):
            raise NotJudged(f"{ended.item[0].name} could not be put in: {ended.how}")
        done(found(*ended.item, ended.lines[1:], ended.how, left))
