"""Every change of a package's sources, each in a copy of this process, until a scenario notices."""

import gc
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from brownout_harness.audit.systematic.changes import Change, changed
from brownout_harness.audit.systematic.forks import allow_cpu, in_forks
from brownout_harness.audit.systematic.put_in import Functions, import_anew
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


def reaching(change: Change, file: Path, rehearsed: Mapping[str, Rehearsed]) -> list[str]:
    """The scenarios that come to it, the cheapest first.

    What is executed when a module is imported is everybody's: first come those that use the module, then the others.
    """
    lines = frozenset(range(change.line, change.last_line + 1))
    using = {name: each.lines.get(str(file), frozenset()) for name, each in rehearsed.items()}
    if change.is_run:
        return sorted((name for name in using if using[name] & lines), key=lambda name: (rehearsed[name].cost_s, name))
    return sorted(using, key=lambda name: (not using[name], rehearsed[name].cost_s, name))


def survey(
    sources: Sources,
    changes: Sequence[Change],
    good: Rehearsal,
    at_once: int,
    done: Callable[[Found], None],
) -> None:
    """Try each; `done` hears of each as it ends. This process has imported what the runs need (`import_all`).

    Raises:
        NotJudged: a change could not be put in, or somebody else ended a copy.
    """
    functions = Functions(str(sources.file(module)) for module in {each.module for each in changes})
    gc.freeze()  # copies share it for longer
    left = {name: each.heard.left for name, each in good.runs.items()}
    wanted: list[tuple[Change, Sequence[str]]] = []
    for change in changes:
        reached = reaching(change, sources.file(change.module), good.runs)
        scenarios = [name for name in reached if change.name not in good.spared.get(name, ())]
        if scenarios:
            wanted.append((change, scenarios))
        else:
            done(untried(change, Fate.SURVIVED if reached else Fate.NOT_COVERED))

    def work(item: tuple[Change, Sequence[str]]) -> Iterator[bytes]:
        change, scenarios = item
        file = sources.file(change.module)
        tree = changed(file, change)
        if not (change.is_run and functions.exchange(str(file), tree, change.line)):
            import_anew(change.module, file, tree, IMPORTED_ANEW)
        yield PUT_IN
        trial = import_module(TRIAL)  # anew, where all is
        for scenario in scenarios:
            allow_cpu(AT_LEAST_S + LONGER * good.runs[scenario].cost_s)
            heard = trial.try_out(scenario)
            yield json.dumps(heard).encode()
            if heard.is_noticed:
                return

    for ended in in_forks(wanted, work, at_once):
        if ended.lines[:1] != (PUT_IN,):
            raise NotJudged(f"{ended.item[0].name} could not be put in: {ended.how}")
        done(found(*ended.item, ended.lines[1:], ended.how, left))
