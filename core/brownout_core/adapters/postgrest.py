"""How PostgREST is asked: filters, order and ranges as a query, and what its headers say of the answer."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from brownout_core.services.storage import Filter, Order

_TOTAL = re.compile(r"(?:\d+-\d+|\*)/(\d+)")


def query(
    *,
    columns: Sequence[str] = (),
    where: Sequence[Filter] = (),
    order: Sequence[Order] = (),
    limit: int | None = None,
    offset: int = 0,
    on: Sequence[str] = (),
) -> str:
    """Behind the path: empty, or from the question mark on."""
    parts = [("select", ",".join(columns))] if columns else []
    parts += [(each.column, condition(each)) for each in where]
    if order:
        parts.append(
            ("order", ",".join(f"{each.column}.{'desc' if each.descending else 'asc'}.nullslast" for each in order))
        )
    if on:
        parts.append(("on_conflict", ",".join(on)))
    if offset:
        parts.append(("offset", str(offset)))
    if limit is not None:
        parts.append(("limit", str(limit)))
    text = "&".join(f"{quote(name, safe='')}={quote(value, safe='(),.*')}" for name, value in parts)
    return f"?{text}" if text else ""


def condition(each: Filter) -> str:
    """As it stands behind a column and its equals sign."""
    if each.operator == "in":
        return f"in.({','.join(_quoted(value) for value in each.value)})"
    if each.value is None:  # nothing equals null
        return "not.is.null" if each.operator == "neq" else "is.null"
    return f"{each.operator}.{_text(each.value)}"


def _quoted(value: Any) -> str:
    """In a list, commas and brackets mean something: within quotes they do not."""
    escaped = _text(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def total_of(headers: Mapping[str, str]) -> int | None:
    """How many rows there are in all, where the answer says so: `0-14/3573`, `*/0`."""
    found = _TOTAL.fullmatch(headers.get("content-range", ""))
    return None if found is None else int(found[1])
