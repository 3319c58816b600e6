"""Which changes make no difference in a scenario, though it may come to them: found by one run of each, with probes."""

import builtins
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType, FunctionType

from brownout_harness.audit.systematic.changes import Change
from brownout_harness.audit.systematic.forks import in_forks
from brownout_harness.audit.systematic.probes import Probes, probed
from brownout_harness.audit.systematic.put_in import Functions
from brownout_harness.audit.systematic.sources import Sources
from brownout_harness.audit.systematic.trial import try_out

Spared = Mapping[str, frozenset[str]]
"""By scenario, the names of the changes that cannot be noticed there."""


@dataclass(frozen=True, slots=True)
class _Probed:
    """All functions with probes in them, not yet put in."""

    codes: tuple[tuple[CodeType, Sequence[FunctionType]], ...]
    asked: tuple[int, ...]
    """The numbers of the changes that are asked about."""
    places: int


def spared(
    sources: Sources,
    changes: Sequence[Change],
    good: Mapping[str, str],
    at_once: int,
    done: Callable[[str], None] = lambda _scenario: None,
) -> Spared:
    """`good` is what each scenario leaves with nothing changed; a run that leaves something else with probes in it
    tells nothing, and spares nobody. This process has imported what the runs need."""
    put_in = _probed(sources, changes)

    def work(scenario: str) -> Iterator[bytes]:
        seen = Probes(len(changes), put_in.places)
        vars(builtins).update(seen.built_ins())
        for code, functions in put_in.codes:
            for each in functions:
                each.__code__ = code
        heard = try_out(scenario)
        same = [number for number in put_in.asked if not seen.differed[number]]
        yield json.dumps(same if heard.left == good[scenario] else []).encode()

    found: dict[str, frozenset[str]] = {}
    for ended in in_forks(list(good), work, at_once):
        numbers = json.loads(ended.lines[0]) if ended.lines else []
        found[ended.item] = frozenset(changes[number].name for number in numbers)
        done(ended.item)
    return found


def _probed(sources: Sources, changes: Sequence[Change]) -> _Probed:
    by_module: dict[str, dict[int, Change]] = defaultdict(dict)
    for number, change in enumerate(changes):
        if change.is_run:
            by_module[change.module][number] = change
    functions = Functions(str(sources.file(module)) for module in by_module)
    codes: list[tuple[CodeType, Sequence[FunctionType]]] = []
    asked: list[int] = []
    count = 0
    for module, numbered in by_module.items():
        file = sources.file(module)
        tree, places = probed(file, numbered, count)
        count += len(set(places.values()))
        for lines, code, there in functions.every(str(file), tree):
            codes.append((code, there))
            asked += [number for number in places if numbered[number].line in lines]
    return _Probed(tuple(codes), tuple(asked), count)
