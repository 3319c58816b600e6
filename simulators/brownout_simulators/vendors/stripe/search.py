"""Stripe's search language: `status:'active' AND metadata['order']:'7'`, `amount>1000`, `-currency:'usd'`,
`email~'example'`. Clauses are joined by AND or by OR, never both.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from brownout_simulators.vendors.stripe.state import Object

Test = Callable[[Object], bool]

_CLAUSE: Final = re.compile(
    r"""\s*(?P<negated>-)?(?P<field>[a-z_]+(?:\.[a-z_]+)*)(?:\[(?P<quote>["'])(?P<key>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\])?
        \s*(?P<relation>:|~|>=|<=|>|<)\s*
        (?:(?P<quote2>["'])(?P<text>(?:\\.|(?!(?P=quote2)).)*)(?P=quote2)|(?P<bare>[^\s"']+))\s*""",
    re.VERBOSE,
)
_JOINER: Final = re.compile(r"(AND|OR)\b|", re.IGNORECASE)

_NUMERIC: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def compiled(query: str, fields: frozenset[str]) -> Test:
    """A query as a test of an object. Raises `ValueError`, saying what is wrong, for one that cannot be read."""
    tests: list[Test] = []
    joiners: set[str] = set()
    at = 0
    while True:
        clause = _CLAUSE.match(query, at)
        if clause is None:
            raise ValueError(f"We were unable to parse your search query near {query[at : at + 20]!r}.")
        tests.append(_test(clause, fields))
        at = clause.end()
        if at == len(query):
            break
        joiner = _JOINER.match(query, at)
        joiners.add(((joiner and joiner.group(1)) or "AND").upper())
        at = joiner.end() if joiner else at
    if len(joiners) > 1:
        raise ValueError("You can't combine AND and OR in the same search query.")
    if "OR" in joiners:
        return lambda row: any(test(row) for test in tests)
    return lambda row: all(test(row) for test in tests)


def _test(clause: re.Match[str], fields: frozenset[str]) -> Test:
    field, key, relation = clause["field"], clause["key"], clause["relation"]
    if field == "metadata":
        if key is None:
            raise ValueError("Metadata is searched by key: metadata['key']:'value'.")
    elif field not in fields:
        raise ValueError(f"Field `{field}` is an unsupported search field for this resource.")
    sought = clause["bare"] if clause["text"] is None else clause["text"].replace("\\'", "'").replace('\\"', '"')
    match = _match(relation, sought)
    negated = clause["negated"] is not None

    def test(row: Object) -> bool:
        value = row.get("metadata", {}).get(key) if field == "metadata" else row.get(field)
        return match(value) is not negated

    return test


def _match(relation: str, sought: str) -> Callable[[Any], bool]:
    if relation in _NUMERIC:
        compare = _NUMERIC[relation]
        try:
            bound = float(sought)
        except ValueError:
            raise ValueError(f"{sought!r} is not a number to compare with.") from None
        return lambda value: isinstance(value, int | float) and compare(value, bound)
    if relation == "~":
        if len(sought) < 3:
            raise ValueError("A substring search needs at least three characters.")
        return lambda value: isinstance(value, str) and sought.lower() in value.lower()
    if sought == "null":
        return lambda value: value is None
    return lambda value: value is not None and _printed(value).lower() == sought.lower()


def _printed(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def matching(rows: Iterator[Object], test: Test, after: str | None) -> Iterator[Object]:
    """The rows that pass, from the one after the id `after` on."""
    if after is not None:
        for row in rows:
            if row["id"] == after:
                break
    return (row for row in rows if not row.get("deleted") and test(row))
