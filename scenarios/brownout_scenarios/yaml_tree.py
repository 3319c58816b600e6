"""YAML to plain data that remembers where everything stands.

Safe by construction: the text is composed to nodes and read here, so no tag can make an object. Scalars are read as
YAML 1.2 does (`no`, `on` and `12:30` are strings). Repeated keys, tags and merges are refused, aliases are bounded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

MAX_BYTES = 256 * 1024
MAX_NODES = 20_000
MAX_DEPTH = 40

Path: TypeAlias = tuple[str | int, ...]
"""Keys and positions from the top: `("phases", 1, "faults", 0, "latency")`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a file."""

    line: int
    """From 1; 0 where it is about the file as a whole."""
    path: Path
    text: str


class Unreadable(ValueError):
    """The text is not a YAML document that can be a scenario. Carries the problems, and what could be read."""

    def __init__(self, problems: list[Problem], tree: "Tree | None" = None) -> None:
        super().__init__("; ".join(problem.text for problem in problems))
        self.problems = problems
        self.tree = tree
        """None where the text has no form at all. Of a key given twice it holds the first; null where a tag stands."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Data, and the line of each key or item by its path."""

    data: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of what is at `path`, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def texts(self) -> Iterator[tuple[int, str]]:
        """Every text in it, keys too, as it was read, with its line."""
        for path, line in self.lines.items():
            value = self.data
            for part in path:
                value = value[part]
            if path and isinstance(path[-1], str):
                yield line, path[-1]
            if isinstance(value, str):
                yield line, value


class _Loader(yaml.SafeLoader):
    """Composes nodes; resolves nothing, so that a plain scalar's text reaches `_scalar`."""

    yaml_implicit_resolvers = {}


def parse(text: str) -> Tree:
    """The one document in `text`. Raises `Unreadable` with everything that is wrong with its form."""
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        line = mark.line + 1 if mark else 1
        raise Unreadable([Problem(line, (), f"not YAML: {_one_line(wrong)}")]) from None
    except (yaml.YAMLError, RecursionError) as wrong:
        raise Unreadable([Problem(1, (), f"not YAML: {_one_line(wrong)}")]) from None
    if root is None:
        raise Unreadable([Problem(1, (), "the file is empty")])
    reader = _Reader()
    data = reader.read(root, ())
    if reader.problems:
        raise Unreadable(reader.problems, Tree(data, reader.lines))
    return Tree(data, reader.lines)


def write(data: Any) -> str:
    """Data as YAML that `parse` reads back to the same."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def write_line(data: Any) -> str:
    """The same on one line: `{vendor: stripe, hang: {}}`."""
    return yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=MAX_BYTES, default_flow_style=True
    ).strip()


class _Dumper(yaml.SafeDumper):
    """Quotes, besides what YAML 1.1 would misread, what `_scalar` would."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if _scalar(text) is text else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text_node)


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self._nodes = 0

    def read(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self._nodes += 1
        if self._nodes > MAX_NODES or len(path) > MAX_DEPTH:
            # Aliases can fold a huge, even endless, document into few lines: stop at once.
            raise Unreadable([Problem(line, path, "too large once its aliases are followed")])
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.rpartition(":")[2] not in ("str", "map", "seq"):
            self.problems.append(
                Problem(line, path, f"the tag {node.tag.rpartition(':')[2]} is not used here; remove it")
            )
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        # A quoted scalar is text, whatever it looks like.
        return node.value if getattr(node, "style", None) else _scalar(node.value)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem(line, path, "a key must be a word"))
                continue
            key = key_node.value
            if key == "<<" and key_node.style is None:
                self.problems.append(Problem(line, path, "merge keys (<<) are not used here; write the keys out"))
                continue
            if key in data:
                first = self.lines[(*path, key)]
                self.problems.append(Problem(line, (*path, key), f"given twice; first on line {first}"))
                continue
            self.lines[(*path, key)] = line
            data[key] = self.read(value_node, (*path, key))
        return data


def _scalar(text: str) -> Any:
    """A plain scalar by YAML 1.2's core schema."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if re.fullmatch(r"[-+]?[0-9]{1,18}", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?", text):
        return float(text)
    return text


def _one_line(wrong: Exception) -> str:
    if isinstance(wrong, yaml.MarkedYAMLError):
        return " ".join(part for part in (wrong.problem, wrong.context) if part)
    return " ".join(str(wrong).split())[:200]
