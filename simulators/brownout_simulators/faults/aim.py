"""Whether a rule can strike anything: one for a route, or with an error, that its vendor does not have is a typing
mistake."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from brownout_simulators.faults.fault import require
from brownout_simulators.faults.rule import Match, Rule
from brownout_simulators.router import Router, segments_of
from brownout_simulators.vendor import Vendor

# What one place of a pattern may be: a given character, any but a slash, or any at all; once, or any number of times.
_Place = tuple[str, bool]
_NO_SLASH: Final = "not a slash"
_ANY: Final = "any"


def route_problem(vendor: Vendor[Any], rule: Rule) -> str:
    """Why `rule` can never strike a call of `vendor`; "" if some route can match. One line, with the nearest route."""
    nearest = nearest_miss(Router(vendor.routes), rule.match)
    if not nearest:
        return ""
    return f"no route of {vendor.name} matches {line_of(rule.match)}; the nearest is {nearest}"


def require_fit(vendor: Vendor[Any], rule: Rule) -> None:
    """Raise `FaultError` where the rule's fault is none that this vendor can act out."""
    objection = rule.fault.objection(vendor)
    require(not objection, f"rule {rule.id}: {objection}")


def nearest_miss(router: Router, match: Match) -> str:
    """The route that is most like what `match` asks for, where none matches; "" if some route can."""
    for name in router.names:
        method, _, template = name.partition(" ")
        if match.method in ("*", method) and _can_be(match.path, template):
            return ""
    method = match.method if match.method != "*" else router.names[0].partition(" ")[0]
    return router.nearest(method, match.path)


def line_of(match: Match) -> str:
    """Method and path as a rule's line has them."""
    if match.path == "*":
        return match.method
    return match.path if match.method == "*" else f"{match.method} {match.path}"


def _can_be(path: str, template: str) -> bool:
    """Whether some path of a route with this template is matched by a rule's path: the template itself, or a glob."""
    if path in ("*", template):
        return True
    if "{" in path:
        return False  # meant as a template, and none of this vendor's
    return _meet([_WILD.get(letter, (letter, False)) for letter in path], list(_of_template(template)))


_WILD: Final = {"*": (_ANY, True), "?": (_ANY, False)}


def _of_template(template: str) -> Iterator[_Place]:
    for place, segment in enumerate(segments_of(template)):
        if place:
            yield "/", False
        what = _ANY if segment.is_tail else _NO_SLASH
        for number, text in enumerate(segment.texts):
            if number:
                yield what, False
                yield what, True
            for letter in text:
                yield letter, False


def _meet(one: Sequence[_Place], other: Sequence[_Place]) -> bool:
    """Whether some text is matched by both: whether both can be walked through side by side."""
    waiting, seen = [(0, 0)], set[tuple[int, int]]()
    while waiting:
        here = waiting.pop()
        if here == (len(one), len(other)):
            return True
        if here not in seen:
            seen.add(here)
            waiting += _next(one, other, *here)
    return False


def _next(one: Sequence[_Place], other: Sequence[_Place], at: int, its: int) -> Iterator[tuple[int, int]]:
    mine = one[at] if at < len(one) else None
    theirs = other[its] if its < len(other) else None
    if mine is not None and mine[1]:
        yield at + 1, its  # no character, or no further one
    if theirs is not None and theirs[1]:
        yield at, its + 1
    if mine is not None and theirs is not None and _have_one(mine[0], theirs[0]):
        yield (at if mine[1] else at + 1), (its if theirs[1] else its + 1)


def _have_one(what: str, other: str) -> bool:
    """Whether there is a character that both may be."""
    if what in (_ANY, other) or other == _ANY:
        return True
    return (what == _NO_SLASH and other != "/") or (other == _NO_SLASH and what != "/")
