"""Whether a text matches a query: PostgreSQL's `TS_execute`."""

from functools import lru_cache
from typing import NamedTuple

from brownout_simulators.vendors.supabase.database.search.lexemes import Vector, vector
from brownout_simulators.vendors.supabase.database.search.nodes import Node, Not, Pair, Stop, Term
from brownout_simulators.vendors.supabase.database.search.queries import read

_query = lru_cache(maxsize=256)(read)


def searched(text: str | None, word: str, configuration: str, query: str) -> int | None:
    """`to_tsvector(configuration, text) @@ …to_tsquery(configuration, query)`; `word` says which of the four."""
    if text is None:
        return None
    node = _query(word, configuration, query)
    return int(node is not None and matches(node, vector(text, configuration)))


def matches(node: Node, found: Vector) -> bool:
    """Of a whole query."""
    if isinstance(node, Pair):
        if node.kind == "and":
            return matches(node.left, found) and matches(node.right, found)
        if node.kind == "or":
            return matches(node.left, found) or matches(node.right, found)
        return _is_anywhere(_places(node, found))
    if isinstance(node, Not):
        return not matches(node.child, found)
    return bool(_of_term(node, found)) if isinstance(node, Term) else False


class _Places(NamedTuple):
    """Where a part of a phrase ends; or, negated, everywhere but there."""

    at: frozenset[int]
    is_negated: bool = False
    width: int = 0
    """Places between its beginning and its end."""


def _is_anywhere(places: _Places) -> bool:
    return places.is_negated or bool(places.at)


def _of_term(term: Term, found: Vector) -> frozenset[int]:
    if term.weights and "d" not in term.weights:
        return frozenset()
    if not term.is_prefix:
        return found.get(term.lexeme, frozenset())
    return frozenset().union(*(places for lexeme, places in found.items() if lexeme.startswith(term.lexeme)))


def _places(node: Node, found: Vector) -> _Places:  # noqa: PLR0911 - as many as there are cases
    if isinstance(node, Term):
        return _Places(_of_term(node, found))
    if isinstance(node, Stop):
        return _Places(frozenset())
    if isinstance(node, Not):
        child = _places(node.child, found)
        return child._replace(is_negated=not child.is_negated)
    left, right = _places(node.left, found), _places(node.right, found)
    nowhere = _Places(frozenset())
    if node.kind == "or":
        return _either(left if _is_anywhere(left) else nowhere, right if _is_anywhere(right) else nowhere)
    if not (_is_anywhere(left) and _is_anywhere(right)):
        return nowhere
    if node.kind == "and":
        return _both(left, right, *_aligned(left, right))
    width = node.distance + left.width + right.width
    return _both(left, right, node.distance + right.width, 0, width)


def _aligned(left: _Places, right: _Places) -> tuple[int, int, int]:
    """By how much each side is moved so that both end together, and how wide that is."""
    width = max(left.width, right.width)
    return width - left.width, width - right.width, width


def _both(left: _Places, right: _Places, by_left: int, by_right: int, width: int) -> _Places:
    mine = frozenset(place + by_left for place in left.at)
    others = frozenset(place + by_right for place in right.at)
    if left.is_negated and right.is_negated:
        return _Places(mine | others, is_negated=True, width=width)
    if left.is_negated:
        return _Places(others - mine, width=width)
    return _Places(mine - others if right.is_negated else mine & others, width=width)


def _either(left: _Places, right: _Places) -> _Places:
    by_left, by_right, width = _aligned(left, right)
    mine = frozenset(place + by_left for place in left.at)
    others = frozenset(place + by_right for place in right.at)
    if left.is_negated and right.is_negated:
        return _Places(mine & others, is_negated=True, width=width)
    if left.is_negated:
        return _Places(mine - others, is_negated=True, width=width)
    return (
        _Places(others - mine, is_negated=True, width=width)
        if right.is_negated
        else _Places(mine | others, width=width)
    )
