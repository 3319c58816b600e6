"""Probes beside changed expressions: while a good run comes by, each says which changes would have had another value.

A change can be noticed only by a run in which it makes a difference where it stands; most do not, in most runs: whether
`<` is `<=` shows when both sides are equal. One run with probes at every place tells it of all changes at once, so that
they need not be tried one by one. (Of reach, infect and propagate it is the second: DeMillo and Offutt, 1991.)
"""

import ast
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from brownout_harness.audit.systematic.changes import Change, nodes_on, put
from brownout_harness.audit.systematic.questions import DIFFER, VALUE, Question, Route, kept_in, question_of

PROBE: Final = "__brownout_probe__"
DONE: Final = "__brownout_done__"


class Probes:
    """What has been seen of each change, by its number."""

    def __init__(self, count: int, places: int) -> None:
        self.differed = bytearray(count)
        self._done = bytearray(places)

    def built_ins(self) -> dict[str, Any]:
        """The names by which the probed code finds it, wherever it is."""
        return {PROBE: self._probe, DONE: self._done, DIFFER: differ}

    def _probe(self, place: int, value: Any, asked: Sequence[tuple[int, Callable[[Any], bool]]] | int) -> Any:
        if not isinstance(asked, int):
            for number, differs in asked:
                if not self.differed[number]:
                    try:
                        self.differed[number] = differs(value)
                    except Exception:  # noqa: BLE001 - where nothing was raised before
                        self.differed[number] = True
            self._done[place] = all(self.differed[number] for number, _ in asked)
        return value


def differ(one: Any, other: Any) -> bool:
    """Whether code that gets the one instead of the other could tell."""
    if one is other:
        return False
    return type(one) is not type(other) or bool(one != other)


def probed(source: Path, numbered: Mapping[int, Change], first_place: int) -> tuple[ast.Module, dict[int, int]]:
    """The module with probes in it; and of each change that they ask about the place, counted from `first_place`."""
    tree, untouched = (ast.parse(source.read_bytes()) for _ in range(2))
    asked: dict[Route, list[tuple[int, Question]]] = defaultdict(list)
    for number, change in numbered.items():
        question = question_of(untouched, change)
        if question is not None:
            asked[question.place].append((number, question))
    places: dict[int, int] = {}
    # What is inside of another is first: the paths of the others stay as they are.
    for place, path in enumerate(sorted(asked, key=len, reverse=True), first_place):
        *_, parent, node = nodes_on(tree, path)
        *_, pristine = nodes_on(untouched, path)
        for name, leaf in kept_in(pristine, path):
            above, found = nodes_on(node, leaf)[-2:]
            put(above, leaf[-1], ast.NamedExpr(ast.Name(name, ast.Store()), found))
        questions = [
            ast.Tuple([ast.Constant(number), ast.Lambda(_of_one(VALUE), each.differs)], ast.Load())
            for number, each in asked[path]
        ]
        is_done = ast.Subscript(ast.Name(DONE, ast.Load()), ast.Constant(place), ast.Load())
        rest = ast.BoolOp(ast.Or(), [is_done, ast.Tuple(list(questions), ast.Load())])
        probe = ast.Call(ast.Name(PROBE, ast.Load()), [ast.Constant(place), node, rest], [])
        _locate(probe, pristine)
        put(parent, path[-1], probe)
        places |= dict.fromkeys((number for number, _ in asked[path]), place)
    return tree, places


def _locate(new: ast.AST, where: ast.AST) -> None:
    """The new nodes stand where the old one stood; what was there before keeps its place."""
    for each in ast.walk(new):
        if not hasattr(each, "lineno"):
            ast.copy_location(each, where)


def _of_one(name: str) -> ast.arguments:
    return ast.arguments(posonlyargs=[], args=[ast.arg(name)], kwonlyargs=[], kw_defaults=[], defaults=[])
