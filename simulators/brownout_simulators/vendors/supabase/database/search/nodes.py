"""What a query is made of, and what is left of it without the words that are passed over."""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

Kind = Literal["and", "or", "phrase"]


class Term(NamedTuple):
    """A lexeme that is to be there."""

    lexeme: str
    is_prefix: bool = False
    weights: str = ""
    """Of which it must have one; empty: any. What `to_tsvector` makes has D."""


class Stop(NamedTuple):
    """The place of a word that is passed over."""


class Not(NamedTuple):
    """It is not to be there."""

    child: "Node"


@dataclass(frozen=True, slots=True)
class Pair:
    """Both, either, or one so many places after the other."""

    kind: Kind
    left: "Node"
    right: "Node"
    distance: int = 0


Node = Term | Stop | Not | Pair


class _Left(NamedTuple):
    """What is left of a node, and by how much what stood there moves its neighbours apart."""

    node: Node | None
    before: int = 0
    after: int = 0


def without_stops(node: Node) -> Node | None:
    """PostgreSQL's `cleanup_tsquery_stopwords`: a phrase keeps the distance of what it loses. None: nothing is left."""
    return _cleaned(node).node


def _cleaned(node: Node) -> _Left:  # noqa: PLR0911 - as many as there are cases
    if isinstance(node, Stop):
        return _Left(None)
    if isinstance(node, Term):
        return _Left(node)
    if isinstance(node, Not):
        child = _cleaned(node.child)
        return child if child.node is None else child._replace(node=Not(child.node))
    left, right, is_phrase = _cleaned(node.left), _cleaned(node.right), node.kind == "phrase"
    if left.node is None and right.node is None:
        apart = left.before + node.distance + right.before if is_phrase else max(left.before, right.before)
        return _Left(None, apart, apart)
    if left.node is None:
        before = left.before + node.distance + right.before if is_phrase else right.before
        return _Left(right.node, before, right.after)
    if right.node is None:
        after = left.after + node.distance + right.after if is_phrase else left.after
        return _Left(left.node, left.before, after)
    whole = replace(node, left=left.node, right=right.node)
    if not is_phrase:
        return _Left(whole)
    return _Left(replace(whole, distance=node.distance + left.after + right.before), left.before, right.after)
