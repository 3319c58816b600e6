"""Ranges: how they are read, stored, printed, ordered and related (postgresql.org/docs/15/rangetypes.html).

Stored is a JSON list, `["[", 5, 10, ")"]`: bounds as they compare, null where there is none; `[]` is the empty range.
Ranges of whole numbers and of days are brought into one form, with the lower bound in and the upper bound out.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, NamedTuple

import orjson

from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.scalars import Stored, compare_numeric

_FOREVER: Final = 1_000_000_000
"""The number of the day `infinity`."""


def compare(left: Any, right: Any) -> int:
    """Two bounds as they are stored: numbers, or the digits of `numeric`."""
    if isinstance(left, str):
        return compare_numeric(left, right)
    return int(left > right) - int(left < right)


class Bounds(NamedTuple):
    """What a type's bounds are: read from text and printed again; the largest of those that each have a next."""

    read: Callable[[str], Any]
    text: Callable[[Any], str]
    last: int | None = None
    name: str = ""
    """As PostgreSQL calls what has no next."""


class _Bound(NamedTuple):
    value: Any
    is_in: bool
    is_lower: bool


class _Range(NamedTuple):
    lower: _Bound
    upper: _Bound


def reader(bounds: Bounds) -> Callable[[str], str]:
    """From what is written: `[a,b)`, `(,b]`, `empty`."""

    def read(text: str) -> str:
        parts = _parts(text)
        if parts is None:
            return "[]"
        lower, upper = (None if each is None else bounds.read(each) for each in parts[1:3])
        lower_in, upper_in = parts[0] == "[" and lower is not None, parts[3] == "]" and upper is not None
        if lower is not None and upper is not None and compare(lower, upper) > 0:
            raise DbError("22000", "range lower bound must be less than or equal to range upper bound")
        if _is_empty(lower, upper, is_closed=lower_in and upper_in):
            return "[]"
        if bounds.last is not None:
            if lower is not None and not lower_in and abs(lower) != _FOREVER:
                lower, lower_in = _next(bounds, lower), True
            if upper is not None and upper_in and abs(upper) != _FOREVER:
                upper, upper_in = _next(bounds, upper), False
            if _is_empty(lower, upper, is_closed=lower_in and upper_in):
                return "[]"
        return orjson.dumps(["[" if lower_in else "(", lower, upper, "]" if upper_in else ")"]).decode()

    return read


def _is_empty(lower: Any, upper: Any, *, is_closed: bool) -> bool:
    if lower is None or upper is None:
        return False
    order = compare(lower, upper)
    return order > 0 or (order == 0 and not is_closed)


def printer(bounds: Bounds) -> Callable[[Stored], str]:
    """As PostgreSQL prints it."""

    def printed(value: Stored) -> str:
        parts = orjson.loads(str(value))
        if not parts:
            return "empty"
        lower, upper = ("" if each is None else _quoted(bounds.text(each)) for each in parts[1:3])
        return f"{parts[0]}{lower},{upper}{parts[3]}"

    return printed


def day(read: Callable[[str], Any]) -> Callable[[str], int]:
    """Days as their numbers, so that each has a next."""

    def read_day(text: str) -> int:
        iso = str(read(text))
        if iso.endswith("infinity"):
            return -_FOREVER if iso.startswith("-") else _FOREVER
        return date.fromisoformat(iso).toordinal()

    return read_day


def day_text(number: Any) -> str:
    """A day's number as a date."""
    if abs(number) == _FOREVER:
        return "infinity" if number > 0 else "-infinity"
    return date.fromordinal(number).isoformat()


def _next(bounds: Bounds, value: int) -> int:
    if value == bounds.last:
        raise DbError("22003", f"{bounds.name} out of range")
    return value + 1


def _quoted(text: str) -> str:
    if text and not any(letter in '()[],"\\ \t\n' for letter in text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '""') + '"'


# -- reading -----------------------------------------------------------------------------------------------------------


def _parts(text: str) -> tuple[str, str | None, str | None, str] | None:
    """The brackets, and the bounds as they are written; None for `empty`."""
    body = text.strip(" \t\n\r\v\f")
    if body.lower() == "empty":
        return None
    if not body or body[0] not in "[(":
        raise _malformed(text, "Missing left parenthesis or bracket.")
    lower, at = _bound(text, body, 1)
    if body[at] != ",":
        raise _malformed(text, "Missing comma after lower bound.")
    upper, at = _bound(text, body, at + 1)
    if body[at] == ",":
        raise _malformed(text, "Too many commas.")
    if body[at + 1 :]:
        raise _malformed(text, "Junk after right parenthesis or bracket.")
    return body[0], lower, upper, body[at]


def _bound(text: str, body: str, at: int) -> tuple[str | None, int]:
    """A bound, and where it ends: at a comma or a bracket. There is none where nothing stands."""
    if at < len(body) and body[at] in ",)]":
        return None, at
    letters: list[str] = []
    is_quoted = False
    while at < len(body) and (is_quoted or body[at] not in ",)]"):
        letter = body[at]
        at += 1
        if letter == "\\":
            if at == len(body):
                break
            letters.append(body[at])
            at += 1
        elif letter != '"':
            letters.append(letter)
        elif is_quoted and body[at : at + 1] == '"':
            letters.append('"')
            at += 1
        else:
            is_quoted = not is_quoted
    if at >= len(body):
        raise _malformed(text, "Unexpected end of input.")
    return "".join(letters), at


def _malformed(text: str, details: str) -> DbError:
    return DbError("22P02", f'malformed range literal: "{text}"', details)


# -- how two are related -----------------------------------------------------------------------------------------------


def related(word: str, left: str | None, right: str) -> int | None:
    """Whether two ranges are as PostgREST's word says; null where the first is null."""
    if left is None:
        return None
    mine, other = _loaded(left), _loaded(right)
    if word in ("cs", "cd"):
        whole, part = (mine, other) if word == "cs" else (other, mine)
        return int(part is None or (whole is not None and _contains(whole, part)))
    return int(mine is not None and other is not None and _RELATIONS[word](mine, other))


def order(left: str, right: str) -> int:
    """By the lower bounds, then by the upper; the empty range first."""
    mine, other = _loaded(left), _loaded(right)
    if mine is None or other is None:
        return int(mine is not None) - int(other is not None)
    return _order(mine.lower, other.lower) or _order(mine.upper, other.upper)


def _loaded(stored: str) -> _Range | None:
    parts = orjson.loads(stored)
    if not parts:
        return None
    return _Range(_Bound(parts[1], parts[0] == "[", True), _Bound(parts[2], parts[3] == "]", False))


def _order(one: _Bound, other: _Bound) -> int:
    """PostgreSQL's `range_cmp_bounds`: a lower bound that is out lies behind its value, an upper one before it."""
    if one.value is None or other.value is None:
        return _end(one) - _end(other)
    return compare(one.value, other.value) or _aside(one) - _aside(other)


def _end(bound: _Bound) -> int:
    return 0 if bound.value is not None else -1 if bound.is_lower else 1


def _aside(bound: _Bound) -> int:
    return 0 if bound.is_in else 1 if bound.is_lower else -1


def _contains(whole: _Range, part: _Range) -> bool:
    return _order(whole.lower, part.lower) <= 0 and _order(whole.upper, part.upper) >= 0


def _overlaps(one: _Range, other: _Range) -> bool:
    return _order(one.lower, other.upper) <= 0 and _order(other.lower, one.upper) <= 0


def _touches(upper: _Bound, lower: _Bound) -> bool:
    if upper.value is None or lower.value is None or compare(upper.value, lower.value) != 0:
        return False
    return upper.is_in != lower.is_in


_RELATIONS: Final[dict[str, Callable[[_Range, _Range], bool]]] = {
    "ov": _overlaps,
    "sl": lambda one, other: _order(one.upper, other.lower) < 0,
    "sr": lambda one, other: _order(one.lower, other.upper) > 0,
    "nxr": lambda one, other: _order(one.upper, other.upper) <= 0,
    "nxl": lambda one, other: _order(one.lower, other.lower) >= 0,
    "adj": lambda one, other: _touches(one.upper, other.lower) or _touches(other.upper, one.lower),
}
