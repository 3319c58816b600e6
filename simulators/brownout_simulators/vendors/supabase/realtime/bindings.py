"""Which changes of rows a channel wants to hear of: event, schema, table, and filters that must all hold.

supabase/realtime extensions/postgres_cdc_rls/subscriptions.ex reads them, a function in the database compares: by the
columns' types, of which those that JSON tells apart are told apart here.
"""

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson

from brownout_simulators.searching import Search, TooLong
from brownout_simulators.vendors.supabase.changes import Change

KINDS: Final = ("INSERT", "UPDATE", "DELETE")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on a column."""

    column: str
    operator: str
    value: str
    negated: bool


@dataclass(frozen=True, slots=True)
class Binding:
    """One subscription of a channel."""

    id: int
    event: str
    """`*`, or one of `KINDS`."""
    schema: str
    table: str
    filters: tuple[Filter, ...]
    select: tuple[str, ...]
    """Columns that are told; all of them where it is empty."""

    def wants(self, change: Change) -> bool:
        """Whether a change is of this subscription's table and kind, and passes its filters."""
        if self.event not in ("*", change.type) or self.schema not in ("*", change.schema):
            return False
        if self.table not in ("*", change.table):
            return False
        row = change.record if change.record is not None else change.old_record
        return all(holds(each, row or {}) for each in self.filters)


def id_of(params: Mapping[str, Any]) -> int:
    """The number by which a client knows a subscription: the same for the same wishes, as the service's hash is."""
    return zlib.crc32(orjson.dumps(params, option=orjson.OPT_SORT_KEYS)) & 0x7FF_FFFF


def binding_of(params: Mapping[str, Any]) -> Binding | str:
    """A subscription, or why it is none."""
    schema, table, wanted = params.get("schema"), params.get("table"), params.get("filter")
    select = params.get("select")
    if isinstance(select, str):
        return 'Error parsing `select` params: expected a list of column name strings, e.g. select: ["col1", "col2"]'
    columns = tuple(each for each in select if isinstance(each, str)) if isinstance(select, list) else ()
    if (schema is None and table is None) or not all(isinstance(each, str | None) for each in (schema, table, wanted)):
        return "No subscription params provided. Please provide at least a `schema` or `table` to subscribe to"
    if wanted is not None and (schema is None or table is None):
        return "No subscription params provided. Please provide at least a `schema` or `table` to subscribe to"
    if columns and (schema in (None, "*") or table in (None, "*")):
        return (
            "Column selection is not supported for wildcard subscriptions. Provide an explicit schema and table name."
        )
    filters = filters_of(wanted or "")
    if isinstance(filters, str):
        return f"Error parsing `filter` params: {filters}"
    event = str(params.get("event", "*")).upper()
    return Binding(id_of(params), event if event in KINDS else "*", schema or "public", table or "*", filters, columns)


def filters_of(text: str) -> tuple[Filter, ...] | str:
    """`id=gt.0,name=in.(a,b)`: each of them, or what is wrong."""
    if not text.strip():
        return ()
    found = []
    for segment in _segments(text.strip()):
        if not segment.strip():
            return "filter must not contain empty segments (check for extra commas)"
        column, is_one, rest = segment.strip().partition("=")
        negated = rest.startswith("not.")
        operator, has_value, value = rest.removeprefix("not.").partition(".")
        if not is_one:
            return orjson.dumps([segment.strip()]).decode()
        if not has_value or operator not in _OPERATORS:
            return orjson.dumps([operator, value] if has_value else [operator]).decode()
        if operator == "in" and not (value.startswith("(") and value.endswith(")")):
            return "`in` filter value must be wrapped by parentheses"
        found.append(Filter(column, operator, value if operator == "in" else _unquoted(value), negated))
    return tuple(found)


def holds(one: Filter, row: Mapping[str, Any]) -> bool:
    """Whether a condition holds of a row. A column that is null, or not there, satisfies `is` at most."""
    value = row.get(one.column)
    if value is None and one.operator not in ("is", "isdistinct"):
        return False
    return _OPERATORS[one.operator](value, one.value) is not one.negated


def _segments(text: str) -> list[str]:
    """Split at commas that are neither in parentheses nor in quotes."""
    found, depth, quoted, start = [], 0, False, 0
    for at, letter in enumerate(text):
        if letter == '"' and (at == 0 or text[at - 1] != "\\"):
            quoted = not quoted
        elif not quoted and letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "," and not quoted and depth <= 0:
            found.append(text[start:at])
            start = at + 1
    return [*found, text[start:]]


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def _ordered(value: Any, text: str) -> tuple[Any, Any]:
    """Both sides in a form that can be compared: as numbers where the column is one, else as texts."""
    if isinstance(value, int | float) and not isinstance(value, bool) and _NUMBER.fullmatch(text):
        return float(value), float(text)
    return written(value), text


def written(value: Any) -> str:
    """A JSON value as PostgreSQL would write it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return orjson.dumps(value).decode()


def _compared(test: Callable[[Any, Any], bool]) -> Callable[[Any, str], bool]:
    return lambda value, text: test(*_ordered(value, text))


def _in(value: Any, text: str) -> bool:
    return any(_equal(value, _unquoted(each.strip())) for each in _segments(text[1:-1]))


def _equal(value: Any, text: str) -> bool:
    one, other = _ordered(value, text)
    return bool(one == other)


def _like(value: Any, text: str, flags: int = 0) -> bool:
    pattern = "".join({"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in text)
    return _found(rf"\A{pattern}\Z", value, flags | re.DOTALL)


def _matches(value: Any, text: str, flags: int = 0) -> bool:
    return _found(text, value, flags)


@lru_cache(maxsize=256)
def _search(text: str, flags: int) -> Search:
    return Search(text, flags)


def _found(text: str, value: Any, flags: int) -> bool:
    """Not, where it is no expression or would take too long: whoever listens is told nothing, and nobody waits."""
    try:
        return _search(text, flags).finds(written(value))
    except (ValueError, TooLong):
        return False


def _is(value: Any, text: str) -> bool:
    if text.lower() in ("null", "unknown"):
        return value is None
    return value is (text.lower() == "true")


_OPERATORS: Final[Mapping[str, Callable[[Any, str], bool]]] = {
    "eq": _equal,
    "neq": lambda value, text: not _equal(value, text),
    "lt": _compared(lambda one, other: one < other),
    "lte": _compared(lambda one, other: one <= other),
    "gt": _compared(lambda one, other: one > other),
    "gte": _compared(lambda one, other: one >= other),
    "in": _in,
    "like": _like,
    "ilike": lambda value, text: _like(value, text, re.IGNORECASE),
    "match": _matches,
    "imatch": lambda value, text: _matches(value, text, re.IGNORECASE),
    "is": _is,
    "isdistinct": lambda value, text: value is None or not _equal(value, text),
}
