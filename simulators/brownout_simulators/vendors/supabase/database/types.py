"""The registry of PostgreSQL's types: how a value of each is read, stored, compared and shown.

SQLite has five storage classes and compares what it has; that `id=eq.abc` is an error, and not an empty list, is said
here, before SQLite hears of it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from brownout_simulators.vendors.supabase.database import documents, ranges, scalars, times
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.ranges import Bounds
from brownout_simulators.vendors.supabase.database.scalars import Stored

Family = Literal["number", "text", "boolean", "json", "array", "time", "uuid", "bytes", "enum", "range"]

NUMERIC: Final = "PG_NUMERIC"
JSONB: Final = "PG_JSONB"
ARRAY: Final = "PG_ARRAY"
RANGE: Final = "PG_RANGE"


@dataclass(frozen=True, slots=True)
class PgType:
    """One type."""

    name: str
    """As PostgreSQL's messages call it."""
    family: Family
    read: Callable[[str], Stored]
    """From what is written. Raises `DbError`."""
    shown: Callable[[Stored], Any]
    """To what is put into JSON."""
    text: Callable[[Stored], str]
    """To text: for a cast, CSV, the details of an error."""
    affinity: str = "TEXT"
    """SQLite's."""
    collation: str = ""
    """By which it is compared, where it is not compared as it is stored."""
    element: "PgType | None" = None
    labels: Sequence[str] = ()
    """Of an enumeration, in their order."""
    unlimited: "PgType | None" = None
    """The type without its figures: as which a filter's value is read, for what is too long is merely not equal."""

    def of_json(self, value: Any) -> Stored | None:
        """From a JSON value, as PostgreSQL's `json_populate_record` takes it."""
        if value is None:
            return None
        if self.family == "json":
            return documents.jsonb(value)
        if isinstance(value, str):
            return self.read(value)
        if isinstance(value, list) and self.element is not None:
            return documents.jsonb([self.element.of_json(each) for each in value])
        return self.read(written(value))


def written(value: Any) -> str:
    """A JSON value that is no text, as the text that a type reads."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, int | float):
        return repr(value)
    return documents.jsonb_text(documents.jsonb(value))


def _same(value: Stored) -> Any:
    return value


def _text(text: str) -> str:
    return text


def _whole(name: str, bits: int) -> PgType:
    return PgType(name, "number", scalars.whole(name, bits), _same, str, "INT")


def _real(name: str) -> PgType:
    return PgType(name, "number", scalars.real(name), scalars.real_shown, scalars.real_text, "REAL")


def _range(name: str, bounds: Bounds) -> PgType:
    printed = ranges.printer(bounds)
    return PgType(name, "range", ranges.reader(bounds), printed, printed, collation=RANGE)


INTEGER: Final = _whole("integer", 32)
BIGINT: Final = _whole("bigint", 64)
TEXT: Final = PgType("text", "text", _text, _same, str)
VARCHAR: Final = PgType("character varying", "text", _text, _same, str)
UUID: Final = PgType("uuid", "uuid", scalars.uuid, _same, str)
BOOLEAN: Final = PgType("boolean", "boolean", scalars.boolean, bool, lambda value: "t" if value else "f", "INT")
DOCUMENT: Final = PgType(
    "jsonb", "json", documents.read_jsonb, documents.document_shown, documents.jsonb_text, "TEXT", JSONB
)
TIMESTAMPTZ: Final = PgType(
    "timestamp with time zone", "time", times.timestamptz, times.timestamptz_shown, times.timestamptz_text, "INT"
)
PLAIN_NUMERIC: Final = PgType("numeric", "number", scalars.numeric(None, 0), scalars.number_shown, str, "TEXT", NUMERIC)

_PLAIN: Final[Mapping[str, PgType]] = {
    **dict.fromkeys(("smallint", "int2", "smallserial"), _whole("smallint", 16)),
    **dict.fromkeys(("integer", "int", "int4", "serial"), INTEGER),
    **dict.fromkeys(("bigint", "int8", "bigserial"), BIGINT),
    **dict.fromkeys(("numeric", "decimal"), PLAIN_NUMERIC),
    **dict.fromkeys(("double precision", "float8", "float"), _real("double precision")),
    "text": TEXT,
    **dict.fromkeys(("varchar", "character varying"), VARCHAR),
    **dict.fromkeys(("boolean", "bool"), BOOLEAN),
    "uuid": UUID,
    "jsonb": DOCUMENT,
    **dict.fromkeys(("timestamptz", "timestamp with time zone"), TIMESTAMPTZ),
    **dict.fromkeys(
        ("timestamp", "timestamp without time zone"),
        PgType(
            "timestamp without time zone", "time", times.timestamp, times.timestamp_shown, times.timestamp_text, "INT"
        ),
    ),
    "date": PgType("date", "time", times.day, _same, str),
    **dict.fromkeys(
        ("time", "time without time zone"),
        PgType("time without time zone", "time", times.clock_time, times.clock_text, times.clock_text),
    ),
    "int4range": _range("int4range", Bounds(INTEGER.read, str, (1 << 31) - 1, "integer")),
    "int8range": _range("int8range", Bounds(BIGINT.read, str, (1 << 63) - 1, "bigint")),
    "numrange": _range("numrange", Bounds(PLAIN_NUMERIC.read, str)),
    "daterange": _range("daterange", Bounds(ranges.day(times.day), ranges.day_text, date.max.toordinal(), "date")),
    "tsrange": _range("tsrange", Bounds(times.timestamp, times.timestamp_text)),
    "tstzrange": _range("tstzrange", Bounds(TIMESTAMPTZ.read, TIMESTAMPTZ.text)),
    "bytea": PgType("bytea", "bytes", scalars.bytea, _same, str),
}
SERIALS: Final = frozenset({"smallserial", "serial", "bigserial"})

_WITH_FIGURES: Final = re.compile(
    r"(numeric|decimal|varchar|character varying)\s*\(\s*(\d{1,5})\s*(?:,\s*(\d{1,4})\s*)?\)"
)


def type_named(name: str, enums: Mapping[str, Sequence[str]] | None = None) -> PgType:
    """The type of that name, as `create table` takes it. Raises `ValueError`."""
    word = " ".join(name.lower().split())
    if word.endswith("[]"):
        return _array_of(type_named(word[:-2], enums))
    if enums and name in enums:
        return _enum(name, enums[name])
    found = _PLAIN.get(word)
    if found is not None:
        return found
    match = _WITH_FIGURES.fullmatch(word)
    if match is None:
        raise ValueError(f"no type is called {name!r}; there are {', '.join(_PLAIN)}, and arrays of them")
    first, second = int(match[2]), int(match[3] or 0)
    if match[1] in ("numeric", "decimal"):
        if not 1 <= first <= 300 or second > first:
            raise ValueError(f"{name}: a precision of 1 to 300, and a scale that is no larger")
        return replace(PLAIN_NUMERIC, read=scalars.numeric(first, second), unlimited=PLAIN_NUMERIC)
    name = "character varying"
    return PgType(name, "text", scalars.limited(name, first), _same, str, unlimited=VARCHAR)


def _array_of(element: PgType) -> PgType:
    return PgType(
        f"{element.name}[]",
        "array",
        documents.array(element.name, element.read),
        documents.array_shown(element.shown),
        documents.array_text(element.text),
        collation=ARRAY,
        element=element,
    )


def _enum(name: str, labels: Sequence[str]) -> PgType:
    places = {label: place for place, label in enumerate(labels)}

    def read(text: str) -> int:
        if text not in places:
            raise DbError("22P02", f'invalid input value for enum {name}: "{text}"')
        return places[text]

    def shown(value: Stored) -> str:
        return labels[int(value)]

    return PgType(name, "enum", read, shown, shown, "INT", labels=tuple(labels))
