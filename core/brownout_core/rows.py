"""A record's fields as rows: columns, lines and JSON are derived from its annotations, so they are written down once.

| way | by | bytes | an enumeration | a field marked `HIDDEN` |
| --- | --- | --- | --- | --- |
| a row of a database | `to_row`, `from_row`, `columns`, `definitions` | as they are | its value | kept |
| a line of a file | `to_line`, `from_line` | base64 | its value | kept |
| shown to an operator | `to_shown` | what JSON they hold, if marked `JSON` | its value | left out |

A record is a frozen dataclass of `str`, `int`, `float`, `bytes`, an enumeration of text, or one of them or None.
"""

import base64
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from types import NoneType
from typing import Annotated, Any, Final, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import orjson

R = TypeVar("R")

JSON: Final = "holds JSON"
"""Marks bytes that are a JSON document: `Annotated[bytes, JSON]`."""
HIDDEN: Final = "nobody's business"
"""Marks a field that no operator is shown."""

_SQL: Final[Mapping[type, str]] = {str: "TEXT", int: "INTEGER", float: "REAL", bytes: "BLOB"}


class _Field(NamedTuple):
    name: str
    kind: type
    is_optional: bool
    is_required: bool
    marks: tuple[object, ...]


_KNOWN: Final[dict[Any, tuple[_Field, ...]]] = {}


def _fields(record: Any) -> tuple[_Field, ...]:
    if record not in _KNOWN:
        _KNOWN[record] = _declared(record)
    return _KNOWN[record]


def _declared(record: Any) -> tuple[_Field, ...]:
    if not is_dataclass(record):
        raise TypeError(f"{record.__name__} is no dataclass, so it is no record")
    hints = get_type_hints(record, include_extras=True)
    found = []
    for field in fields(record):
        hint, marks = hints[field.name], ()
        if get_origin(hint) is Annotated:
            hint, *marks = get_args(hint)  # type: ignore[assignment]
        options = [option for option in get_args(hint) or (hint,) if option is not NoneType]
        is_required = field.default is MISSING and field.default_factory is MISSING
        found.append(_Field(field.name, options[0], NoneType in get_args(hint), is_required, tuple(marks)))
    return tuple(found)


def columns(record: Any) -> tuple[str, ...]:
    """The names of a record's columns, in order."""
    return tuple(field.name for field in _fields(record))


def definitions(record: Any) -> tuple[str, ...]:
    """The columns as SQL declares them: `payload BLOB NOT NULL`."""

    def declared(field: _Field) -> str:
        kind = str if issubclass(field.kind, Enum) else field.kind
        return f"{field.name} {_SQL[kind]}{'' if field.is_optional else ' NOT NULL'}"

    return tuple(declared(field) for field in _fields(record))


def to_row(record: Any) -> dict[str, Any]:
    """A record's values by column."""
    return {name: getattr(record, name) for name in columns(type(record))}


def from_row(record: type[R], row: Any) -> R:
    """The record of a database's row, which gives values by column."""
    return record(**{field.name: _typed(field, row[field.name]) for field in _fields(record)})


def to_line(record: Any) -> bytes:
    """A record as one line of JSON, its end included."""
    values = to_row(record)
    for field in _fields(type(record)):
        if field.kind is bytes and values[field.name] is not None:
            values[field.name] = base64.b64encode(values[field.name]).decode()
    return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)


def from_line(record: type[R], values: Mapping[str, Any]) -> R:
    """The record of a line's JSON object. Raises `ValueError` where it is not one: unknown, missing, wrongly typed."""
    known = {field.name: field for field in _fields(record)}
    if unknown := sorted(set(values) - set(known)):
        raise ValueError(f"unknown: {', '.join(unknown)}")
    if missing := sorted(name for name, field in known.items() if field.is_required and name not in values):
        raise ValueError(f"missing: {', '.join(missing)}")
    return record(**{name: _checked(known[name], value) for name, value in values.items()})


def to_shown(record: Any) -> dict[str, Any]:
    """A record as JSON for an operator."""
    return {
        field.name: _shown(field, getattr(record, field.name))
        for field in _fields(type(record))
        if HIDDEN not in field.marks
    }


def _shown(field: _Field, value: Any) -> Any:
    return orjson.loads(value) if JSON in field.marks and value is not None else value


def _checked(field: _Field, value: Any) -> Any:
    try:
        return _read(field, value)
    except ValueError as error:
        raise ValueError(f"{field.name}: {error}") from None


def _read(field: _Field, value: Any) -> Any:
    if field.kind is bytes and isinstance(value, str):
        value = base64.b64decode(value, validate=True)
    elif field.kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    expected = str if issubclass(field.kind, Enum) else field.kind
    if value is None and field.is_optional:
        return None
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is int):
        raise ValueError(f"not {expected.__name__}")
    return _typed(field, value)


def _typed(field: _Field, value: Any) -> Any:
    return field.kind(value) if value is not None and issubclass(field.kind, Enum) else value
