"""What may be wrong in a line of Python: each way of it, as a change of the syntax tree.

One function for each operator: what it makes of a node, in no, one or several ways. To add one: a function and a line
in `OPERATORS`.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Final

Replacement = ast.AST | list[ast.stmt]
"""In the place of an expression, a handler or an operator, a node; in the place of a statement, statements."""

MOVED: Final[Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
SWAPPED: Final[Mapping[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


def condition_negated(node: ast.AST) -> Iterator[Replacement]:
    """`if a` → `if not a`, and the same of loops, choices, filters and guards."""
    if isinstance(node, ast.If | ast.While | ast.IfExp) and not _is_moved_the_same(node.test):
        changed = deepcopy(node)
        changed.test = _not(deepcopy(node.test))
        yield [changed] if isinstance(changed, ast.stmt) else changed
    if isinstance(node, ast.comprehension):
        for place, each in enumerate(node.ifs):
            if _is_moved_the_same(each):
                continue
            filtered = deepcopy(node)
            filtered.ifs[place] = _not(deepcopy(each))
            yield filtered
    if isinstance(node, ast.match_case) and node.guard is not None:
        guarded = deepcopy(node)
        guarded.guard = _not(deepcopy(node.guard))
        yield guarded


def _not(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(ast.Not(), test)


def _is_moved_the_same(test: ast.expr) -> bool:
    """A comparison, which `comparison_moved` turns round; or a `not`, which `arithmetic_swapped` takes away."""
    if isinstance(test, ast.Compare):
        return len(test.ops) == 1
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)


def comparison_moved(node: ast.AST) -> Iterator[Replacement]:
    """`a < b` → `a <= b`, `a >= b`; `==` → `!=`; `is` → `is not`; `in` → `not in`."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in MOVED[type(operator)]:
                changed = deepcopy(node)
                changed.ops[place] = other()
                yield changed


def either_for_both(node: ast.AST) -> Iterator[Replacement]:
    """`a and b` → `a or b`, and back; and each of them left out."""
    if isinstance(node, ast.BoolOp):
        changed = deepcopy(node)
        changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield changed
        for place in range(len(node.values)):
            rest = deepcopy(node)
            del rest.values[place]
            yield rest if len(rest.values) > 1 else rest.values[0]


def arithmetic_swapped(node: ast.AST) -> Iterator[Replacement]:
    """`a + b` → `a - b`; `a += b` → `a -= b`, and so on."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in SWAPPED:
        changed = deepcopy(node)
        changed.op = SWAPPED[type(node.op)]()
        yield [changed] if isinstance(changed, ast.stmt) else changed
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield deepcopy(node.operand)


def constant_changed(node: ast.AST) -> Iterator[Replacement]:
    """True → False; a whole number off by one; another number doubled, and halved; a word → another."""
    if not isinstance(node, ast.Constant):
        return
    match node.value:
        case bool():
            yield ast.Constant(not node.value)
        case int():
            yield ast.Constant(node.value + 1)
            if node.value > 3:
                yield ast.Constant(node.value * 2)
        case float():
            yield ast.Constant(node.value * 2 if node.value else 1.0)
            if node.value:
                yield ast.Constant(node.value / 2)
        case str():
            yield ast.Constant(node.value + "-")


def statement_dropped(node: ast.AST) -> Iterator[Replacement]:
    """Left out: a call that returns nothing, an assignment to what others see, `raise`, `continue`, `break`, `del`."""
    match node:
        case (
            ast.Expr(value=ast.Call() | ast.Await() | ast.Yield())
            | ast.Raise()
            | ast.Continue()
            | ast.Break()
            | ast.Delete()
        ):
            yield [ast.Pass()]
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript(), *_]) | ast.AugAssign():
            yield [ast.Pass()]


def await_dropped(node: ast.AST) -> Iterator[Replacement]:
    """`await x` → `x`: what nobody waits for."""
    if isinstance(node, ast.Await):
        yield deepcopy(node.value)


def handler_removed(node: ast.AST) -> Iterator[Replacement]:
    """`try` without one of its handlers, or without its `finally`."""
    if not isinstance(node, ast.Try):
        return
    for place in range(len(node.handlers)):
        fewer = deepcopy(node)
        del fewer.handlers[place]
        yield [fewer] if fewer.handlers or fewer.finalbody else [*fewer.body, *fewer.orelse]
    if node.finalbody:
        without = deepcopy(node)
        without.finalbody = []
        yield [without] if without.handlers else without.body


def result_forgotten(node: ast.AST) -> Iterator[Replacement]:
    """`return x` → `return None`."""
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield [ast.Return(ast.Constant(None))]


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


OPERATORS: Final[Mapping[str, Callable[[ast.AST], Iterator[Replacement]]]] = {
    "condition-negated": condition_negated,
    "comparison-moved": comparison_moved,
    "either-for-both": either_for_both,
    "arithmetic-swapped": arithmetic_swapped,
    "constant-changed": constant_changed,
    "statement-dropped": statement_dropped,
    "await-dropped": await_dropped,
    "handler-removed": handler_removed,
    "result-forgotten": result_forgotten,
}
