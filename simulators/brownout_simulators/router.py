"""Finds the route of a method and path: a dictionary for fixed paths, a small tree for templates.

A template's segment may hold one parameter with fixed text around it: `/Messages/{sid}.json`. Fixed text wins over
a parameter, longer fixed text over shorter; the order of declaration never matters.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from brownout_simulators.vendor import Route


class Found(NamedTuple):
    """A route, its name for ledgers and rules, and the path's parameters."""

    route: Route[Any]
    name: str
    """`POST /v1/payment_intents/{id}`."""
    params: Mapping[str, str]


@dataclass(slots=True)
class _Node:
    fixed: dict[str, "_Node"] = field(default_factory=dict)
    parameters: list[tuple[str, str, str, "_Node"]] = field(default_factory=list)
    """(prefix, suffix, name, node), most fixed text first."""
    leaf: tuple[Route[Any], str] | None = None


class Router:
    """Immutable once made. Two routes with the same shape are an error."""

    def __init__(self, routes: Iterable[Route[Any]]) -> None:
        self.names: list[str] = []
        self._fixed: dict[tuple[str, str], Found] = {}
        self._trees: dict[str, _Node] = {}
        for route in routes:
            name = f"{route.method} {route.path}"
            self.names.append(name)
            if "{" in route.path:
                self._plant(route, name)
            elif (route.method, route.path) in self._fixed:
                raise ValueError(f"two routes answer to {name}")
            else:
                self._fixed[route.method, route.path] = Found(route, name, {})

    def find(self, method: str, path: str) -> Found | None:
        """The route that answers to `method` and `path` (percent-decoded), if any does."""
        found = self._fixed.get((method, path))
        if found is not None:
            return found
        tree = self._trees.get(method)
        if tree is None:
            return None
        params: dict[str, str] = {}
        leaf = _walk(tree, path.split("/"), 0, params)
        return None if leaf is None else Found(leaf[0], leaf[1], params)

    def nearest(self, method: str, path: str) -> str:
        """The most similar route's name, for a hint: the same path under another method comes first."""
        others = [name.split(" ", 1)[0] for name in self.names]
        for other in dict.fromkeys(others):
            found = self.find(other, path)
            if found is not None:
                return found.name
        near = difflib.get_close_matches(f"{method} {path[:200]}", self.names, n=1, cutoff=0.0)
        return near[0] if near else ""

    def _plant(self, route: Route[Any], name: str) -> None:
        node = self._trees.setdefault(route.method, _Node())
        for segment in route.path.split("/"):
            node = _child(node, segment)
        if node.leaf is not None:
            raise ValueError(f"two routes answer to {name}")
        node.leaf = (route, name)


def _child(node: _Node, segment: str) -> _Node:
    if "{" not in segment:
        return node.fixed.setdefault(segment, _Node())
    prefix, rest = segment.split("{", 1)
    parameter, suffix = rest.split("}", 1)
    for known_prefix, known_suffix, known, child in node.parameters:
        if (known_prefix, known_suffix) == (prefix, suffix) and known == parameter:
            return child
    child = _Node()
    node.parameters.append((prefix, suffix, parameter, child))
    node.parameters.sort(key=lambda entry: -len(entry[0]) - len(entry[1]))
    return child


def _walk(node: _Node, segments: list[str], at: int, params: dict[str, str]) -> tuple[Route[Any], str] | None:
    if at == len(segments):
        return node.leaf
    segment = segments[at]
    child = node.fixed.get(segment)
    if child is not None:
        leaf = _walk(child, segments, at + 1, params)
        if leaf is not None:
            return leaf
    for prefix, suffix, name, child in node.parameters:
        if len(segment) > len(prefix) + len(suffix) and segment.startswith(prefix) and segment.endswith(suffix):
            leaf = _walk(child, segments, at + 1, params)
            if leaf is not None:
                params[name] = segment[len(prefix) : len(segment) - len(suffix)]
                return leaf
    return None
