"""Every change that the operators make of a module, each with a name that outlives what is written around it."""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from brownout_harness.audit.systematic.operators import OPERATORS, Replacement

LONGEST: Final = 90
"""So many characters of a line are enough to know it by."""
NOT_OF_A_RUN: Final = ("__post_init__", "__repr__", "_check")
"""What refuses bad settings, and what is printed: no run that begins comes there. A name that begins so."""
TYPES: Final = frozenset({"annotation", "returns"})
"""The fields of a node that hold one."""
WORDS_OF_TYPES: Final = ("TYPE_CHECKING", "__slots__", "__all__")

Step = tuple[str, int | None]
"""From a node to one below: the field, and the place in it where it is a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One operator at one place of one module."""

    module: str
    """Dotted."""
    function: str
    """Its qualified name, as far as it is known from reading; empty outside of functions."""
    is_run: bool
    """Inside of a function: it is executed when that is called, and not when the module is imported."""
    operator: str
    line: int
    last_line: int
    before: str
    after: str
    nth: int
    """Of those that look the same in this function."""
    path: tuple[Step, ...]
    turn: int
    """Which of the operator's replacements of this node."""

    @property
    def name(self) -> str:
        """The same as long as the line is, wherever it stands in its function."""
        again = f" #{self.nth}" if self.nth else ""
        return f"{self.module}:{self.function}: {self.before} → {self.after}{again}"


def changes_of(module: str, source: Path) -> list[Change]:
    """All of them, in the order of the source."""
    tree = ast.parse(source.read_bytes())
    seen: Counter[tuple[str, str, str]] = Counter()
    found: list[Change] = []
    for place in _places(tree):
        for operator, replacements in OPERATORS.items():
            for turn, replacement in enumerate(replacements(place.node)):
                before, after = _told(place.node, replacement)
                if before == after:
                    continue
                look = (place.function, before, after)
                found.append(
                    Change(
                        module=module,
                        function=place.function,
                        is_run=place.is_run,
                        operator=operator,
                        line=place.line,
                        last_line=place.last_line,
                        before=before,
                        after=after,
                        nth=seen[look],
                        path=place.path,
                        turn=turn,
                    )
                )
                seen[look] += 1
    return found


def changed(source: Path, change: Change) -> ast.Module:
    """The module's tree with that change in it."""
    tree = ast.parse(source.read_bytes())
    *_, parent, node = nodes_on(tree, change.path)
    replacement = replacement_of(node, change)
    for each in replacement if isinstance(replacement, list) else [replacement]:
        ast.copy_location(each, node)
        ast.fix_missing_locations(each)
    put(parent, change.path[-1], replacement)
    return tree


def nodes_on(tree: ast.AST, path: Sequence[Step]) -> list[Any]:
    """From the tree itself to what is at the end of the path."""
    nodes: list[Any] = [tree]
    for step in path:
        nodes.append(_below(nodes[-1], *step))
    return nodes


def replacement_of(node: ast.AST, change: Change) -> Replacement:
    """What that change puts in the node's place; the node stays as it is."""
    return deepcopy(list(OPERATORS[change.operator](node))[change.turn])


def put(parent: ast.AST, step: Step, replacement: Replacement) -> None:
    """In the place of what is one step below."""
    name, place = step
    if isinstance(replacement, list):
        statements = getattr(parent, name)
        statements[place : (place or 0) + 1] = replacement
    elif place is None:
        setattr(parent, name, replacement)
    else:
        getattr(parent, name)[place] = replacement


@dataclass(frozen=True, slots=True)
class _Place:
    node: ast.AST
    path: tuple[Step, ...]
    function: str
    is_run: bool
    line: int
    last_line: int


def _places(tree: ast.Module) -> Iterator[_Place]:
    """Every node that an operator may look at, with where it stands."""
    yield from _inside(tree, (), (), is_run=False, line=1, last_line=1)


def _inside(
    node: ast.AST, path: tuple[Step, ...], names: tuple[str, ...], *, is_run: bool, line: int, last_line: int
) -> Iterator[_Place]:
    for step in steps_of(node):
        child = _below(node, *step)
        at, until = getattr(child, "lineno", line), getattr(child, "end_lineno", last_line)
        if isinstance(child, ast.stmt) and hasattr(child, "body"):
            until = at  # its head: what is in it has lines of its own
        runs = is_run or (step[0] == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))
        if not _is_passed_over(node, step[0], child) and (runs or not _is_union(child)):
            yield _Place(child, (*path, step), ".".join(names), runs, at, until)
        if _is_left_out(node, step[0], child):
            continue
        below = names
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            below = (*names, child.name)
        yield from _inside(child, (*path, step), below, is_run=runs, line=at, last_line=until)


def steps_of(node: ast.AST) -> Iterator[Step]:
    """To each node one below."""
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            yield from ((name, place) for place, each in enumerate(value) if isinstance(each, ast.AST))
        elif isinstance(value, ast.AST):
            yield (name, None)


def _below(node: ast.AST, name: str, place: int | None) -> ast.AST:
    value = getattr(node, name)
    below: ast.AST = value if place is None else value[place]
    return below


def _is_left_out(node: ast.AST, field: str, child: ast.AST) -> bool:
    """With all that is in it: types, decorators, docstrings, pieces of text, and what no run comes to."""
    if field in TYPES or field in {"decorator_list", "format_spec"}:
        return True
    if isinstance(node, ast.Raise) and field == "exc":
        return True
    return _is_nothing_that_runs(child)


def _is_nothing_that_runs(node: ast.AST) -> bool:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name.startswith(NOT_OF_A_RUN)
        case ast.Assign(targets=[ast.Name(id=name)]) if name in WORDS_OF_TYPES:
            return True
        case (
            ast.Import()
            | ast.ImportFrom()
            | ast.JoinedStr()
            | ast.MatchValue()
            | ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar" | "NewType" | "ParamSpec")))
            | ast.If(test=ast.Name(id="TYPE_CHECKING"))
            | ast.Expr(value=ast.Constant())
        ):
            return True
    return False


def _is_passed_over(node: ast.AST, field: str, child: ast.AST) -> bool:
    """Changed as part of what is around it, or not at all."""
    if field in TYPES or _is_name_of_call(node, child):
        return True
    return isinstance(child, ast.expr_context | ast.operator | ast.cmpop | ast.boolop | ast.unaryop) or (
        isinstance(child, ast.Constant) and isinstance(node, ast.Expr | ast.JoinedStr | ast.MatchValue)
    )


def _is_name_of_call(node: ast.AST, child: ast.AST) -> bool:
    """What is told has it, and nothing is decided by it: `call = "send"`, `self._mail.read(asking, "send", …)`."""
    match node:
        case ast.Assign(targets=[ast.Name(id="call")], value=ast.Constant() as name):
            return child is name
        case ast.Call(func=ast.Attribute(), args=[ast.Name(id="asking"), ast.Constant() as name, *_]):
            return child is name
    return False


def _is_union(node: ast.AST) -> bool:
    """Of types, as a name of them is made outside of functions."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)


def _told(node: ast.AST, replacement: Replacement) -> tuple[str, str]:
    """The first line in which they differ."""
    old = _text(node)
    new = "\n".join(_text(each) for each in replacement) if isinstance(replacement, list) else _text(replacement)
    lines, others = old.splitlines(), new.splitlines()
    for line, other in zip(lines, others, strict=False):
        if line != other:
            return _short(line), _short(other)
    longer, shorter = (lines, others) if len(lines) > len(others) else (others, lines)
    rest = longer[len(shorter)] if len(longer) > len(shorter) else ""
    return (_short(rest), "(left out)") if longer is lines and rest else ("", _short(rest))


def _text(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(deepcopy(node)))


def _short(line: str) -> str:
    words = " ".join(line.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
