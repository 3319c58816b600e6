"""What a probe asks beside a changed expression: whether, just here and now, the change would have made a difference.

To answer it the expression is computed once more, with the change in it. That must do nothing else: what may have
effects (a call, an await) is computed once, its value kept under a name, and taken from there.

What cannot be asked that way, a dropped call or a negated `if`, is taken to make a difference wherever a run comes by.
"""

import ast
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, Final, NamedTuple

from brownout_harness.audit.systematic.changes import Change, Step, nodes_on, put, replacement_of, steps_of

Route = tuple[Step, ...]

DIFFER: Final = "__brownout_differ__"
"""The built-in name of what compares two values."""
VALUE: Final = "_brownout_value"
"""Under this name the expression's value is known to the question."""
KEPT: Final = "_brownout_kept_"
HARMLESS: Final = frozenset({"len", "isinstance", "min", "max", "abs", "bool", "int", "float", "str", "round", "repr"})
HARMLESS_METHODS: Final = frozenset(
    {"get", "keys", "values", "items", "startswith", "endswith", "lower", "upper", "strip", "partition", "rpartition"}
    | {"split", "encode", "decode", "removeprefix", "removesuffix", "isdigit", "total_seconds"}
)
OF_THEIR_OWN: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
"""Scopes in which a name cannot be given to what was computed."""
EVALUATED: Final = (ast.Compare, ast.BinOp, ast.UnaryOp, ast.Subscript, ast.Attribute, ast.Tuple, ast.Slice)
"""All parts of these are computed, always and in order; of a comparison with two operators not."""


class Question(NamedTuple):
    """Of one change."""

    place: Route
    """To the expression beside which it is asked."""
    differs: ast.expr


def question_of(tree: ast.Module, change: Change) -> Question | None:
    """None: it cannot be asked."""
    nodes = nodes_on(tree, change.path)
    if any(isinstance(each, ast.pattern) for each in nodes) or _is_in_class_of_function(nodes):
        return None
    node = nodes[-1]
    if isinstance(node, ast.stmt):
        return _of_statement(node, change)
    return _of_expression(nodes, change) if isinstance(node, ast.expr) else None


def _is_in_class_of_function(nodes: Sequence[ast.AST]) -> bool:
    """There names are looked up as nowhere else."""
    scopes = [each for each in nodes if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    return bool(scopes) and isinstance(scopes[-1], ast.ClassDef)


def _of_statement(node: ast.stmt, change: Change) -> Question | None:
    place = (*change.path, ("value", None))
    value = ast.Name(VALUE, ast.Load())
    match change.operator, node:
        case "result-forgotten", ast.Return(value=ast.expr() as given) if _is_harmless(given):
            return Question(place, ast.Compare(value, [ast.IsNot()], [ast.Constant(None)]))
        case "statement-dropped", ast.Assign(targets=[target], value=given):
            if _is_harmless(given) and _is_harmless(there := _loaded(target)):
                return Question(place, _differ(value, there))
        case "statement-dropped", ast.AugAssign(target=target, op=op, value=given):
            if _is_harmless(given) and _is_harmless(there := _loaded(target)):
                return Question(place, _differ(ast.BinOp(there, op, value), there))
        case "arithmetic-swapped", ast.AugAssign(target=target, op=op):
            other: Any = replacement_of(node, change)
            if _is_harmless(there := _loaded(target)):
                return Question(place, _differ(ast.BinOp(there, op, value), ast.BinOp(there, other[0].op, value)))
    return None


def _of_expression(nodes: Sequence[ast.AST], change: Change) -> Question | None:
    """Asked of the largest expression around it that can be computed twice."""
    may_keep = not any(isinstance(each, OF_THEIR_OWN) for each in nodes)
    at = len(nodes) - 1
    if not _can_be_asked(nodes[at], may_keep=may_keep):
        return None
    while _can_be_asked(nodes[at - 1], may_keep=may_keep):
        at -= 1
    around, path = nodes[at], change.path[:at]
    if isinstance(around, ast.Constant | ast.Slice) or _has_slice(around):
        return None
    changed = deepcopy(around)
    for name, leaf in kept_in(around, path):
        put(nodes_on(changed, leaf)[-2], leaf[-1], ast.Name(name, ast.Load()))
    inner = change.path[at:]
    *above, node = nodes_on(changed, inner)
    replacement: Any = replacement_of(node, change)
    if above:
        put(above[-1], inner[-1], replacement)
    else:
        changed = replacement
    if not _is_harmless(changed):
        return None
    value: ast.expr = ast.Name(VALUE, ast.Load())
    if _is_test(nodes[at - 1], path[-1][0]):
        return Question(path, _differ(_call("bool", value), _call("bool", changed)))
    return Question(path, _differ(value, changed))


def _can_be_asked(node: ast.AST, *, may_keep: bool) -> bool:
    if not isinstance(node, ast.expr) or not isinstance(getattr(node, "ctx", None) or ast.Load(), ast.Load):
        return False
    return _is_harmless(node) or (may_keep and _is_evaluated(node))


def _is_evaluated(node: ast.AST) -> bool:
    return isinstance(node, EVALUATED) and not (isinstance(node, ast.Compare) and len(node.ops) > 1)


def _is_harmless(node: ast.AST) -> bool:
    """It may be computed once more, and nobody would know."""
    match node:
        case ast.Constant() | ast.Name():
            return True
        case ast.Call(func=ast.Name(id=name)) if name not in HARMLESS | {DIFFER}:
            return False
        case ast.Call(func=ast.Attribute(attr=name)) if name not in HARMLESS_METHODS:
            return False
        case (
            ast.Call(func=ast.Name() | ast.Attribute())
            | ast.Compare()
            | ast.BoolOp()
            | ast.BinOp()
            | ast.UnaryOp()
            | ast.IfExp()
            | ast.Attribute()
            | ast.Subscript()
            | ast.Tuple()
            | ast.List()
            | ast.Set()
            | ast.Dict()
            | ast.Slice()
            | ast.JoinedStr()
            | ast.FormattedValue()
            | ast.keyword()
        ):
            below = (each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr | ast.keyword))
            return all(_is_harmless(each) for each in below)
    return False


def _has_slice(node: ast.AST) -> bool:
    return isinstance(node, ast.Tuple) and any(isinstance(each, ast.Slice) for each in node.elts)


def _is_test(parent: ast.AST, field: str) -> bool:
    """Nobody sees more of it than whether it is true."""
    if isinstance(parent, ast.If | ast.While | ast.IfExp | ast.Assert):
        return field == "test"
    return isinstance(parent, ast.comprehension) and field == "ifs"


def kept_in(around: ast.AST, where: Route) -> Iterator[tuple[str, Route]]:
    """What in it must not be computed twice, and the name under which its value is kept: one that no other has."""
    for path in _leaves(around, ()):
        yield KEPT + "_".join(f"{field}{place or 0}" for field, place in (*where, *path)), path


def _leaves(node: ast.AST, path: Route) -> Iterator[Route]:
    if not _is_evaluated(node) or _is_harmless(node):
        return
    for step in steps_of(node):
        *_, child = nodes_on(node, (step,))
        if not isinstance(child, ast.expr) or _is_harmless(child):
            continue
        if _is_evaluated(child):
            yield from _leaves(child, (*path, step))
        else:
            yield (*path, step)


def _loaded(target: ast.expr) -> ast.expr:
    there = deepcopy(target)
    for each in ast.walk(there):
        if hasattr(each, "ctx"):
            each.ctx = ast.Load()
    return there


def _differ(one: ast.AST, other: ast.AST) -> ast.expr:
    return _call(DIFFER, one, other)


def _call(name: str, *given: Any) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), [deepcopy(each) for each in given], [])
