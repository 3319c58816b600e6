"""Finds the route of a method and path: a dictionary for fixed paths, a small tree for templates.

    /v1/payment_intents/{id}/confirm      a parameter is a whole segment
    /Messages/{Sid}.json                  or a part of one, with fixed text around it
    /{set}({key})                         several in one segment, with fixed text between them
    /v1/secret/data/{path...}             a tail: all that is left, slashes and all

A parameter holds at least one character, and no slash unless it is a tail. Fixed text wins over a parameter, more fixed
text over less, and anything over a tail; the order of declaration never matters. Of several parameters in one segment
the last takes as much as it can, the others as little.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from brownout_simulators.spelling import nearest
from brownout_simulators.vendor import Route

KNOWN_LIMIT: Final = 1_024
"""Paths that a template matched, and that are known again; then all are forgotten."""
KNOWN_LENGTH: Final = 256
"""Characters of such a path, at most."""
_PARAMETER: Final = re.compile(r"\{([A-Za-z_]\w*)(\.\.\.)?\}")


class Found(NamedTuple):
    """A route, its name for ledgers and rules, and the path's parameters."""

    route: Route[Any]
    name: str
    """`POST /v1/payment_intents/{id}`."""
    params: Mapping[str, str]


class Segment(NamedTuple):
    """One segment of a template: fixed text between parameters, and before the first and after the last."""

    texts: Sequence[str]
    """One more than there are parameters."""
    parameters: Sequence[str]
    is_tail: bool = False

    @property
    def shape(self) -> str:
        """What it is but for its parameters' names: two routes of one shape answer to the same paths."""
        return "{...}" if self.is_tail else "{}".join(self.texts)


def segments_of(template: str) -> list[Segment]:
    """The segments of a route's path. Raises `ValueError`, naming the template, for one that cannot be."""
    if not template.startswith("/"):
        raise ValueError(f"{template}: a route's path begins with a slash")
    segments = [_segment(template, text) for text in template.split("/")]
    if any(segment.is_tail for segment in segments[:-1]):
        raise ValueError(f"{template}: a tail can only be the last segment")
    names = [name for segment in segments for name in segment.parameters]
    if len(set(names)) < len(names):
        raise ValueError(f"{template}: two parameters have one name")
    return segments


def _segment(template: str, text: str) -> Segment:
    texts, names, tails = [], [], []
    at = 0
    for parameter in _PARAMETER.finditer(text):
        texts.append(text[at : parameter.start()])
        names.append(parameter[1])
        tails.append(parameter[2] is not None)
        at = parameter.end()
    texts.append(text[at:])
    if any("{" in part or "}" in part for part in texts):
        raise ValueError(f"{template}: a parameter is {{name}} or {{name...}}")
    if any(tails) and (len(names) > 1 or any(texts)):
        raise ValueError(f"{template}: a tail is a whole segment")
    if not all(texts[1:-1]):
        raise ValueError(f"{template}: text is needed between two parameters")
    return Segment(texts, names, any(tails))


@dataclass(slots=True)
class _Node:
    fixed: dict[str, "_Node"] = field(default_factory=dict)
    parameters: list[tuple[Sequence[str], "_Node"]] = field(default_factory=list)
    """(texts around and between, node), most fixed text first."""
    tail: "_Leaf | None" = None
    leaf: "_Leaf | None" = None


class _Leaf(NamedTuple):
    route: Route[Any]
    name: str
    parameters: Sequence[str]


class Router:
    """The same for ever, once made. Two routes of the same shape are an error, whatever their parameters are called."""

    def __init__(self, routes: Iterable[Route[Any]]) -> None:
        """Raises `ValueError` for a template that cannot be, and for two of one shape."""
        self.names: list[str] = []
        self._fixed: dict[tuple[str, str], Found] = {}
        self._trees: dict[str, _Node] = {}
        self._known: dict[tuple[str, str], Found] = {}
        """Of paths with parameters, those that were asked for lately: most clients ask for few, again and again."""
        known: dict[tuple[str, str], str] = {}
        for route in routes:
            name = f"{route.method} {route.path}"
            segments = segments_of(route.path)
            shape = (route.method, "/".join(segment.shape for segment in segments))
            if shape in known:
                raise ValueError(f"two routes answer to the same paths: {known[shape]} and {name}")
            known[shape] = name
            self.names.append(name)
            if any(segment.parameters for segment in segments):
                self._plant(route, name, segments)
            else:
                self._fixed[route.method, route.path] = Found(route, name, {})

    def find(self, method: str, path: str) -> Found | None:
        """The route that answers to `method` and `path` (percent-decoded), if any does."""
        asked = method, path
        found = self._fixed.get(asked) or self._known.get(asked)
        if found is not None:
            return found
        tree = self._trees.get(method)
        if tree is None:
            return None
        values: list[str] = []
        leaf = _walk(tree, path.split("/"), 0, values)
        if leaf is None:
            return None
        found = Found(leaf.route, leaf.name, MappingProxyType(dict(zip(leaf.parameters, values, strict=True))))
        if len(path) <= KNOWN_LENGTH:
            if len(self._known) >= KNOWN_LIMIT:
                self._known.clear()
            self._known[asked] = found
        return found

    def nearest(self, method: str, path: str) -> str:
        """The most similar route's name, for a hint: the same path under another method comes first."""
        methods = [method, *(name.split(" ", 1)[0] for name in self.names)]
        for other in dict.fromkeys(methods):
            found = self.find(other, path)
            if found is not None:
                return found.name
        return nearest(f"{method} {path[:200]}", self.names, at_all=True)

    def _plant(self, route: Route[Any], name: str, segments: Sequence[Segment]) -> None:
        node = self._trees.setdefault(route.method, _Node())
        leaf = _Leaf(route, name, [parameter for segment in segments for parameter in segment.parameters])
        for segment in segments:
            if segment.is_tail:
                node.tail = leaf
                return
            node = _child(node, segment)
        node.leaf = leaf


def _child(node: _Node, segment: Segment) -> _Node:
    if not segment.parameters:
        return node.fixed.setdefault(segment.texts[0], _Node())
    for texts, child in node.parameters:
        if texts == segment.texts:
            return child
    child = _Node()
    node.parameters.append((segment.texts, child))
    node.parameters.sort(key=lambda entry: (-sum(map(len, entry[0])), entry[0]))
    return child


def _values(texts: Sequence[str], segment: str) -> Sequence[str] | None:
    """Those of a segment's parameters between these texts; None where it does not match."""
    at, end = len(texts[0]), len(segment) - len(texts[-1])
    if at >= end or not segment.startswith(texts[0]) or not segment.endswith(texts[-1]):
        return None
    found = []
    for text in texts[1:-1]:
        place = segment.find(text, at + 1, end)
        if place < 0:
            return None
        found.append(segment[at:place])
        at = place + len(text)
    if at >= end:
        return None
    found.append(segment[at:end])
    return found


def _walk(node: _Node, segments: list[str], at: int, values: list[str]) -> _Leaf | None:
    """The leaf that the rest of the path leads to; `values` gets those of the parameters on the way."""
    if at == len(segments):
        return node.leaf
    segment = segments[at]
    child = node.fixed.get(segment)
    if child is not None:
        leaf = _walk(child, segments, at + 1, values)
        if leaf is not None:
            return leaf
    for texts, child in node.parameters:
        found = _values(texts, segment)
        if found is not None:
            values += found
            leaf = _walk(child, segments, at + 1, values)
            if leaf is not None:
                return leaf
            del values[len(values) - len(found) :]
    if node.tail is not None:
        rest = "/".join(segments[at:])
        if rest:
            values.append(rest)
            return node.tail
    return None
