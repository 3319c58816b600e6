"""Stripe's search language: `status:'active' AND metadata['order']:'7'`, `amount>1000`, `-currency:'usd'`,
`email~'example'`. Clauses are joined by AND or by OR, never both.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from brownout_simulators.vendors.stripe.state import Object

Test = Callable[[Object], bool]

_CLAUSE: Final = re.compile(
    r"""\s*(?P<negated>-)?(?P<field>[a-z_]+(?:\.[a-z_]+)*)(?:\[(?P<quote>["'])(?P<key>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\])?
        \s*(?P<relation>:|~|>=|<=|>|<)\s*
        (?:(?P<quote2>["'])(?P<text>(?:\\.|(?!(?P=quote2)).)*)(?P=quote2)|(?P<bare>[^\s"']+))\s*""",
    re.VERBOSE,
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_JOINER: Final = re.compile(r"(AND|OR)\b|", re.IGNORECASE)

_NUMERIC: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Query:
    """A query, read."""

    test: Test
    metadata: tuple[str, str] | None = None
    """A key and value (in lower case) that everything found must have, where the query says so: it need not look at
    anything else."""


def compiled(query: str, fields: frozenset[str]) -> Query:
    """Read a query. Raises `ValueError`, saying what is wrong, for one that cannot be read."""
    tests: list[Test] = []
    metadata = None
    joiners: set[str] = set()
    at = 0
    while True:
        clause = _CLAUSE.match(query, at)
        if clause is None:
            raise ValueError(f"We were unable to parse your search query near {query[at : at + 20]!r}.")
        tests.append(_test(clause, fields))
        if clause["field"] == "metadata" and clause["relation"] == ":" and not clause["negated"]:
            metadata = (clause["key"], _sought(clause).lower())
        at = clause.end()
        if at == len(query):
            break
        joiner = _JOINER.match(query, at)
        joiners.add(((joiner and joiner.group(1)) or "AND").upper())
        at = joiner.end() if joiner else at
    if len(joiners) > 1:
        raise ValueError("You can't combine AND and OR in the same search query.")
    if "OR" in joiners:
        return Query(lambda row: any(test(row) for test in tests))
    if metadata is not None and metadata[1] == "null":
        metadata = None
    return Query(lambda row: all(test(row) for test in tests), metadata)


def _test(clause: re.Match[str], fields: frozenset[str]) -> Test:
    field, key, relation = clause["field"], clause["key"], clause["relation"]
    if field == "metadata":
        if key is None:
            raise ValueError("Metadata is searched by key: metadata['key']:'value'.")
    elif field not in fields:
        raise ValueError(f"Field `{field}` is an unsupported search field for this resource.")
    match = _match(relation, _sought(clause))
    negated = clause["negated"] is not None

    def test(row: Object) -> bool:
        value = row.get("metadata", {}).get(key) if field == "metadata" else row.get(field)
        return match(value) is not negated

    return test


def _sought(clause: re.Match[str]) -> str:
    return clause["bare"] if clause["text"] is None else _ESCAPED.sub(r"\1", clause["text"])


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
