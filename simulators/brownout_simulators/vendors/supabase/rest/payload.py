"""The body of a write as rows: JSON, CSV or a form; which columns it names; each value read by its column's type."""

import csv
import re
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any, Final
from urllib.parse import parse_qsl

from brownout_simulators.call import Call
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.supabase.database.documents import loads
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.schema import Table
from brownout_simulators.vendors.supabase.rest.errors import failure

_DIGITS_MATTER: Final = re.compile(rb"[:,\[\s]-?[0-9]+[.eE]|[0-9]{18}")
"""Numbers that are more than a float or a machine word holds, or may be: one with a point, an exponent, many digits."""


def bad_body(message: str) -> Refused:
    """PGRST102."""
    return Refused(failure(400, "PGRST102", message))


def parsed(call: Call) -> Any:
    """The body as JSON values. Raises `Refused`, and 22P05 for a letter that PostgreSQL has no place for."""
    kind = call.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind in ("text/csv", "application/x-www-form-urlencoded"):
        try:
            text = call.body.decode()
        except UnicodeDecodeError:
            raise bad_body("Empty or invalid json") from None
        if "\0" in text:
            raise DbError("22021", 'invalid byte sequence for encoding "UTF8": 0x00')
        return _csv(text) if kind == "text/csv" else dict(parse_qsl(text, keep_blank_values=True))
    if not kind.endswith("json"):
        raise bad_body(f"Content-Type not acceptable: {kind}")
    if not call.body:
        raise bad_body("Empty or invalid json")
    if b"\\u0000" in call.body:
        raise DbError("22P05", "unsupported Unicode escape sequence", "\\u0000 cannot be converted to text.")
    if _DIGITS_MATTER.search(call.body) is not None:
        try:
            return loads(call.body)
        except (ValueError, RecursionError):
            raise bad_body("Empty or invalid json") from None
    data = call.data
    return data[""] if "" in data and len(data) == 1 else data


def _csv(text: str) -> list[dict[str, str | None]]:
    try:
        lines = [line for line in csv.reader(StringIO(text), strict=True) if line]
    except csv.Error:
        raise bad_body("Empty or invalid json") from None
    if not lines:
        return []
    names = lines[0]
    if any(len(line) != len(names) for line in lines):
        raise bad_body("All lines must have same number of fields")
    return [
        {name: None if cell == "NULL" else cell for name, cell in zip(names, line, strict=True)} for line in lines[1:]
    ]


def rows_of(table: Table, data: Any, columns: Sequence[str] | None) -> tuple[list[Mapping[str, Any]], Sequence[str]]:
    """The rows as they were sent, and the columns that are named. Raises `Refused` and `DbError`."""
    rows: list[Any] = data if isinstance(data, list) else [data] if isinstance(data, Mapping) else []
    if columns is None and len(rows) == 1 and isinstance(rows[0], Mapping):
        columns = list(rows[0])
    elif columns is None:
        if not all(isinstance(row, Mapping) for row in rows):
            raise bad_body("All object keys must match")
        columns = list(rows[0]) if rows else []
        if any(row.keys() != rows[0].keys() for row in rows):
            raise bad_body("All object keys must match")
    elif not all(isinstance(row, Mapping) for row in rows):
        raise DbError("22023", "argument of json_to_recordset must be an array of objects")
    for name in columns:
        if name not in table.columns:
            message = f"Could not find the '{name}' column of '{table.name}' in the schema cache"
            raise Refused(failure(400, "PGRST204", message))
    return rows, columns


def stored(table: Table, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[Mapping[str, Any]]:
    """The rows as they are stored, as far as the columns go. Raises `DbError` for a value that its type refuses."""
    types = [(name, table.columns[name].type) for name in columns]
    return [{name: kind.of_json(row[name]) for name, kind in types if name in row} for row in rows]
