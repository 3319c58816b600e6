"""What is sound of a file in which something is not: so that one round tells all that is wrong with it.

What cannot be read is left out, with as much around it as needs it, and what no scenario can be without has stand-ins:
two of each, so that whatever is said of only one of the resulting scenarios is about a stand-in, and no mistake.
"""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from brownout_scenarios.vocabulary import PHASE_FIELDS
from brownout_scenarios.yaml_tree import Path

WORLDS: Final = (0, 1)
"""The first and the second stand-in of everything."""

_OPERATION: Final = {"name": "missing"}
_STAND_INS: Final[Mapping[Path, tuple[Any, Any]]] = {
    ("name",): ("missing", "missing"),
    ("about",): ("missing", "missing"),
    ("target",): ("gateway", "http://127.0.0.1:1"),
    ("targets",): ({}, {"missing": {"command": "missing", "url": "http://127.0.0.1:{{port}}"}}),
    ("target", "url"): ("http://127.0.0.1:1", "http://127.0.0.1:{{port}}"),
    ("workload",): (
        {"arrivals": {"rate": "1/s"}, "operations": [_OPERATION]},
        {"arrivals": {"rate": "2/s"}, "operations": [_OPERATION]},
    ),
    ("workload", "arrivals"): ({"rate": "1/s"}, {"rate": "2/s"}),
    ("workload", "arrivals", "rate"): ("1/s", "2/s"),
    ("workload", "operations"): ([_OPERATION], [_OPERATION]),
    ("workload", "operations", "*", "name"): ("missing_{}", "missing_{}"),
    ("workload", "*", "name"): ("missing_{}", "missing_{}"),
    ("workload", "*", "arrivals"): ({"rate": "1/s"}, {"rate": "2/s"}),
    ("workload", "*", "arrivals", "rate"): ("1/s", "2/s"),
    ("workload", "*", "operations"): ([_OPERATION], [_OPERATION]),
    ("workload", "*", "operations", "*", "name"): ("missing_{}", "missing_{}"),
    ("phases",): ([{"name": "missing", "for": "1s"}], [{"name": "missing", "for": "1h"}]),
    ("phases", "*", "name"): ("missing-{}", "missing-{}"),
    ("phases", "*", "for"): ("1us", "1h"),
    ("expect",): ([], []),
}
"""By place, `*` for any position; `{}` is filled in with it."""

_OPERATIONS: Final[tuple[Path, ...]] = (
    (),
    ("*",),
    ("*", "name"),
    ("*", "leaves"),
    ("*", "leaves", "*"),
    ("*", "leaves", "*", "*"),
)
"""Of a group's operations."""
_DEPENDS: Final[Mapping[Path, tuple[Path, ...]]] = {
    ("expect", *PHASE_FIELDS): (("phases",), ("phases", "*"), ("phases", "*", "name")),
    ("expect", "operation", "group", "effect", "*"): (
        ("workload",),
        ("workload", "*"),
        ("workload", "*", "name"),
        *(("workload", "operations", *each) for each in _OPERATIONS),
        *(("workload", "*", "operations", *each) for each in _OPERATIONS),
        ("target",),
    ),
    ("expect", "struck_by"): (
        ("phases",),
        ("phases", "*"),
        ("phases", "*", "name"),
        ("phases", "*", "faults"),
        ("phases", "*", "faults", "*"),
        ("always",),
        ("always", "*"),
    ),
    ("always", "window"): (("phases",), ("phases", "*")),
    ("workload", "rates", "*"): (("phases",), ("phases", "*"), ("phases", "*", "name")),
    ("phases", "kill", "stop", "start"): (("phases", "*"), ("phases", "*", "actions"), ("phases", "*", "actions", "*")),
    ("policies", "*"): (("policies", "preset"),),
}
"""A part of the file and the keys within it (`*`: any) whose findings mean nothing where one of these is not sound."""


@dataclass
class Sound:
    """The sound part of a document. Paths are those of the file."""

    document: Any
    gone: set[Path] = field(default_factory=set)
    renamed: dict[Path, str] = field(default_factory=dict)
    """Misspelt keys: what was meant."""
    filled: set[Path] = field(default_factory=set)
    """Where stand-ins are."""

    def made(self, world: int) -> tuple[Any, dict[Path, Path]]:
        """The document to be checked, and for each of its places the place in the file."""
        places: dict[Path, Path] = {}
        return self._copied(self.document, (), (), world, places), places

    def cut(self, path: Path, *, is_missing: bool) -> bool:
        """Take out what is wrong there, or put a stand-in; whether there is anything left."""
        pattern = _pattern(path)
        if pattern in _STAND_INS and path not in self.filled:
            self.filled.add(path)
            return True
        if is_missing or path in self.filled or path in self.gone:
            return bool(path) and self.cut(path[:-1], is_missing=False)
        self.gone.add(path)
        return bool(path)

    def rename(self, path: Path, meant: str) -> Path | None:
        """Take a misspelt key for the one that was meant: its place, or None where that one is there as well."""
        place = (*path[:-1], meant)
        around = _at(self.document, path[:-1])
        if not (meant and isinstance(around, dict) and path[-1] in around and meant not in around):
            return None
        if any(each[:-1] == path[:-1] and name == meant for each, name in self.renamed.items()):
            return None
        self.renamed[path] = meant
        return place

    def is_about_a_hole(self, path: Path) -> bool:
        """Whether a finding there may come from what was taken out, and not from the file."""
        meant = {(*each[:-1], name) for each, name in self.renamed.items() if each in self.gone}
        holes = self.gone | self.filled | meant
        if any(hole[: len(path)] == path or path[: len(hole)] == hole for hole in holes):
            return True
        if path[:1] == ("policies",) and path[-1] == "lease" and any(hole[:1] == ("policies",) for hole in holes):
            return True  # it is held against every vendor's deadline
        if ("actions" in path or path[-1:] == ("process",)) and any(hole[:1] == ("targets",) for hole in holes):
            return True  # what is done, is done to one of them, and what is judged, of one
        if path[-1:] == ("link",) and any(hole[:1] in (("target",), ("targets",), ("replicas",)) for hole in holes):
            return True  # its ends are there, or not
        patterns = {_pattern(hole) for hole in holes}
        return any(
            path[:1] == keys[:1] and (path[-1] in keys[1:] or "*" in keys[1:]) and not patterns.isdisjoint(needed)
            for keys, needed in _DEPENDS.items()
        )

    def _copied(self, value: Any, here: Path, there: Path, world: int, places: dict[Path, Path]) -> Any:
        """`here` in the file, `there` in the copy."""
        places[there] = here
        if here in self.filled:
            return _stand_in(here, world)
        if isinstance(value, list):
            kept = [index for index in range(len(value)) if (*here, index) not in self.gone]
            return [
                self._copied(value[index], (*here, index), (*there, place), world, places)
                for place, index in enumerate(kept)
            ]
        if not isinstance(value, dict):
            return value
        made: dict[str, Any] = {}
        for key, item in value.items():
            path = (*here, key)
            if path not in self.gone:
                name = self.renamed.get(path) or str(key)
                made[name] = self._copied(item, path, (*there, name), world, places)
        for path in self.filled:
            if path[:-1] == here and path[-1] not in value:
                places[(*there, path[-1])] = path
                made[str(path[-1])] = _stand_in(path, world)
        return made


def _at(document: Any, path: Path) -> Any:
    for part in path:
        document = document[part]
    return document


def _pattern(path: Path) -> Path:
    return tuple("*" if isinstance(part, int) else part for part in path)


def _stand_in(path: Path, world: int) -> Any:
    value = _STAND_INS[_pattern(path)][world]
    if isinstance(value, str):
        return value.replace("{}", "-".join(str(part) for part in path if isinstance(part, int)))
    return copy.deepcopy(value)


def common(findings: Iterable[Iterable[tuple[Path, str]]]) -> list[tuple[Path, str]]:
    """What was found in each of the worlds, in the order of the first."""
    first, *others = [list(each) for each in findings]
    return [one for one in first if all(one in other for other in others)]
