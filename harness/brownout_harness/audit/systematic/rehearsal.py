"""The good runs: what each scenario of the library costs, what it leaves, and which lines of our code it executes."""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from brownout_harness.audit.systematic.forks import in_forks
from brownout_harness.audit.systematic.infection import Spared
from brownout_harness.audit.systematic.trial import Heard, try_out


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One scenario, run with nothing changed."""

    heard: Heard
    cost_s: float
    """Processor time."""
    lines: Mapping[str, frozenset[int]]
    """By file, those that were executed after everything had been imported."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """All good runs."""

    modules: tuple[str, ...]
    """What they import, in the order in which it is imported."""
    runs: Mapping[str, Rehearsed]
    """By scenario."""
    spared: Spared = field(default_factory=dict)
    """By scenario, the changes that make no difference in it."""

    def to_json(self) -> str:
        """As it is kept."""
        runs = {
            name: [each.heard, each.cost_s, {file: sorted(lines) for file, lines in each.lines.items()}]
            for name, each in self.runs.items()
        }
        changes = sorted(set().union(*self.spared.values()))
        number = {change: at for at, change in enumerate(changes)}
        spared = {name: sorted(number[each] for each in some) for name, some in self.spared.items()}
        return json.dumps([self.modules, runs, changes, spared])

    @classmethod
    def from_json(cls, told: str) -> "Rehearsal":
        """Back from there."""
        modules, runs, changes, spared = json.loads(told)
        return cls(
            tuple(modules),
            {name: _rehearsed(*each) for name, each in runs.items()},
            {name: frozenset(changes[at] for at in some) for name, some in spared.items()},
        )


def _rehearsed(heard: Sequence[str], cost_s: float, lines: Mapping[str, Sequence[int]]) -> Rehearsed:
    return Rehearsed(Heard(*heard), cost_s, {file: frozenset(at) for file, at in lines.items()})


class NotRehearsed(Exception):
    """The good runs are not what they should be, so that nothing can be said of changed ones."""


def rehearse(
    scenarios: Sequence[str], root: Path | None, at_once: int, done: Callable[[str], None] = lambda _name: None
) -> Rehearsal:
    """Run each twice, in copies of this process: once to see what it costs, once where it comes below that root. With
    no root given only once, and nothing is known of where they come.

    Raises:
        NotRehearsed: a run did not end, was not passed, or differs from the one before.
    """
    modules: dict[str, None] = {}
    runs: dict[str, Rehearsed] = {}

    def work(scenario: str) -> Iterator[bytes]:
        begun_s = time.process_time()
        heard = try_out(scenario)
        cost_s = time.process_time() - begun_s
        again, lines = (heard, {}) if heard.status != "passed" or root is None else _lines(scenario, root)
        # In the order in which they came: some modules may not be imported before others.
        imported = [name for name in sys.modules if name != "__main__"]
        yield json.dumps([again.left, imported, heard, cost_s, lines]).encode()

    # After the first, the copies for the others have most of what they import.
    for some in (scenarios[:1], scenarios[1:]):
        for ended in in_forks(some, work, at_once):
            if not ended.lines:
                raise NotRehearsed(f"the good run of {ended.item} did not end: {ended.how}")
            left, imported, *told = json.loads(ended.lines[-1])
            run = _rehearsed(*told)
            if run.heard.status != "passed":
                raise NotRehearsed(f"{ended.item} is {run.heard.status} with nothing changed: {run.heard.observed}")
            if left != run.heard.left:
                raise NotRehearsed(f"two runs of {ended.item} with nothing changed differ")
            runs[ended.item] = run
            modules.update(dict.fromkeys(imported))
            done(ended.item)
        import_all(modules)
    return Rehearsal(tuple(modules), {name: runs[name] for name in scenarios})


def import_all(modules: Iterable[str]) -> None:
    """So that copies have it, and what is imported can be changed; and what is made of it at its first use."""
    from brownout_harness.running.orders import checked_scenario
    from brownout_scenarios import library

    for name in modules:
        if name not in sys.modules:
            with suppress(ImportError):  # one that another module makes up as it is imported
                import_module(name)
    checked_scenario(library.names()[0], "virtual", None)
    gc.collect()


def _lines(scenario: str, root: Path) -> tuple[Heard, dict[str, list[int]]]:
    from coverage import Coverage

    tracer = Coverage(data_file=None, config_file=False, include=[f"{root}/*"], messages=False)
    tracer.start()
    heard = try_out(scenario)
    tracer.stop()
    data = tracer.get_data()
    return heard, {file: data.lines(file) or [] for file in data.measured_files()}
