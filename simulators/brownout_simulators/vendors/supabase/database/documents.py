"""JSON documents and arrays. Documents are stored as canonical text: shorter keys first, no blanks, all digits."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import orjson

from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.scalars import Stored

DEPTH: Final = 64
"""As deep as an array or a document is looked into; orjson refuses what is deeper than 1,024."""

NESTED: Final = 300
"""Levels of a document that is kept: a number of its own, for how deep Python may go differs between versions."""


def loads(text: str | bytes) -> Any:
    """JSON with its numbers' digits kept. Raises `ValueError`."""
    return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def jsonb(value: Any) -> str:
    """A value as it is stored: shorter keys first, as PostgreSQL keeps and shows them. Raises `DbError`."""
    try:
        ordered = _ordered(value, NESTED)
        try:
            return orjson.dumps(ordered).decode()
        except TypeError:  # digits that are kept one by one, a number of more than 64 bits, or more than 254 levels
            return json.dumps(ordered, separators=(",", ":"), ensure_ascii=False, cls=_Digits)
    except RecursionError:
        raise DbError("54001", "stack depth limit exceeded") from None


def _ordered(value: Any, levels: int) -> Any:
    if not isinstance(value, dict | list):
        return value
    if not levels:
        raise RecursionError
    if isinstance(value, list):
        return [_ordered(each, levels - 1) for each in value]
    keys = _keys(value) if len(value) > 1 else value
    return {key: _ordered(value[key], levels - 1) for key in keys}


class _Digits(json.JSONEncoder):
    """Writes decimals as they are. The C encoder has no place for that, so a token stands for each until the end."""

    def encode(self, o: Any) -> str:
        found: list[str] = []

        def marked(value: Any) -> Any:
            if isinstance(value, Decimal):
                found.append(format(value, "f") if abs(value.adjusted()) < 400 else str(value))
                return f"\x00{len(found) - 1}\x00"
            if isinstance(value, dict):
                return {key: marked(member) for key, member in value.items()}
            return [marked(member) for member in value] if isinstance(value, list) else value

        text = super().encode(marked(o))
        for number, digits in enumerate(found):
            text = text.replace(f'"\\u0000{number}\\u0000"', digits, 1)
        return text


def read_jsonb(text: str) -> str:
    """What is written, as it is stored."""
    try:
        orjson.loads(text)  # it is strict where the standard library is not: half a surrogate pair
        return jsonb(loads(text))
    except (ValueError, RecursionError):
        raise DbError("22P02", "invalid input syntax for type json", f'Token "{text[:40]}" is invalid.') from None


def document_shown(value: Stored) -> Any:
    """A document in JSON: as it is."""
    return orjson.Fragment(str(value))


def jsonb_text(value: Stored) -> str:
    """As PostgreSQL prints a `jsonb`: a blank after each colon and comma, shorter keys first."""
    return _printed(loads(str(value)))


def _printed(value: Any) -> str:
    if isinstance(value, dict):
        keys = _keys(value)
        return "{" + ", ".join(f"{_quoted(key)}: {_printed(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_printed, value)) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


# -- the operators -----------------------------------------------------------------------------------------------------


def at_path(document: str | None, path: str, as_text: int) -> str | None:
    """`->` and `->>`: what lies at the end of the path (a JSON list of keys and places); None where nothing does."""
    if document is None:
        return None
    here = loads(document)
    for step in orjson.loads(path):
        here = _member(here, step)
        if here is _NOTHING:
            return None
    if not as_text:
        return jsonb(here)
    if here is None:
        return None
    return here if isinstance(here, str) else _printed(here)


_NOTHING: Final = object()


def _member(here: Any, step: str | int) -> Any:
    if isinstance(here, dict):
        return here.get(step, _NOTHING) if isinstance(step, str) else _NOTHING
    if not isinstance(step, int):
        return _NOTHING
    if isinstance(here, list):
        return here[step] if -len(here) <= step < len(here) else _NOTHING
    # PostgreSQL keeps a scalar as an array of one.
    return here if step in (0, -1) else _NOTHING


def contains(left: str | None, right: str) -> int | None:
    """`left @> right` of two documents."""
    return None if left is None else int(_contains(loads(left), loads(right), top=True))


def contained(left: str | None, right: str) -> int | None:
    """`left <@ right`."""
    return None if left is None else int(_contains(loads(right), loads(left), top=True))


def _contains(whole: Any, part: Any, *, top: bool = False) -> bool:
    if isinstance(whole, dict):
        return isinstance(part, dict) and all(
            key in whole and _contains(whole[key], member) for key, member in part.items()
        )
    if isinstance(whole, list):
        if isinstance(part, list):
            return all(any(_contains(each, member) for each in whole) for member in part)
        # An array contains a primitive at the top level only (PostgreSQL 8.14.3).
        return top and not isinstance(part, dict) and any(_same(each, part) for each in whole)
    return _same(whole, part)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, dict | list) or isinstance(right, dict | list):
        return False
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def compare(left: str, right: str) -> int:
    """PostgreSQL's order of `jsonb`: Object > Array > Boolean > Number > String > Null."""
    return 0 if left == right else _order(loads(left), loads(right))


def _rank(value: Any) -> int:
    if isinstance(value, list):
        return 4 if value else -1  # an empty array is less than anything, by an old mistake that is kept
    if isinstance(value, dict):
        return 5
    return 3 if isinstance(value, bool) else 0 if value is None else 1 if isinstance(value, str) else 2


def _order(left: Any, right: Any) -> int:
    ranks = _rank(left), _rank(right)
    if ranks[0] != ranks[1]:
        return -1 if ranks[0] < ranks[1] else 1
    if isinstance(left, dict | list):
        if len(left) != len(right):
            return -1 if len(left) < len(right) else 1
        return next((order for pair in _pairs(left, right) if (order := _order(*pair))), 0)
    if left is None or left == right:
        return 0
    if isinstance(left, str):
        return -1 if left.encode() < right.encode() else 1
    return -1 if left < right else 1


def _pairs(left: Any, right: Any) -> list[tuple[Any, Any]]:
    if isinstance(left, list):
        return list(zip(left, right, strict=True))
    found: list[tuple[Any, Any]] = []
    for mine, other in zip(_keys(left), _keys(right), strict=True):
        found += [(mine, other), (left[mine], right[other])]
    return found


def _keys(value: dict[str, Any]) -> list[str]:
    return sorted(value, key=_place)


def _place(key: str) -> tuple[int, bytes]:
    raw = key.encode("utf-8", "surrogatepass")
    return len(raw), raw


# -- arrays ------------------------------------------------------------------------------------------------------------


def array(name: str, read: Callable[[str], Stored]) -> Callable[[str], str]:
    """A reader of `{a,"b c",NULL}`: stored is the list of the elements as they are stored."""

    def read_array(text: str) -> str:
        return orjson.dumps([None if each is None else read(each) for each in elements_of(text)]).decode()

    del name
    return read_array


def elements_of(text: str) -> Sequence[str | None]:
    """The elements of an array's text, of one dimension. Raises 22P02."""
    body = text.strip()
    if not body.startswith("{"):
        raise _malformed(text, 'Array value must start with "{" or dimension information.')
    if not body.endswith("}") or len(body) < 2:
        raise _malformed(text, "Unexpected end of input.")
    inner = body[1:-1]
    if not inner.strip():
        return []
    found: list[str | None] = []
    at = 0
    while True:
        element, at = _element(text, inner, at)
        found.append(element)
        if at >= len(inner):
            return found
        if inner[at] != ",":
            raise _malformed(text, "Unexpected array element.")
        at += 1


def _element(text: str, inner: str, at: int) -> tuple[str | None, int]:
    while at < len(inner) and inner[at] in " \t\n":
        at += 1
    if at < len(inner) and inner[at] == '"':
        return _quoted_element(text, inner, at + 1)
    end = at
    letters: list[str] = []
    while end < len(inner) and inner[end] != ",":
        if inner[end] in '{}"':
            raise _malformed(text, f'Unexpected "{inner[end]}" character.')
        if inner[end] == "\\" and end + 1 < len(inner):
            end += 1
        letters.append(inner[end])
        end += 1
    element = "".join(letters).strip()
    if not element:
        raise _malformed(text, 'Unexpected "," character.' if end < len(inner) else 'Unexpected "}" character.')
    return (None if element.lower() == "null" else element), end


def _quoted_element(text: str, inner: str, at: int) -> tuple[str, int]:
    letters: list[str] = []
    while at < len(inner) and inner[at] != '"':
        if inner[at] == "\\":
            at += 1
        letters.append(inner[at : at + 1])
        at += 1
    if at >= len(inner):
        raise _malformed(text, "Unexpected end of input.")
    at += 1
    while at < len(inner) and inner[at] in " \t\n":
        at += 1
    return "".join(letters), at


def _malformed(text: str, details: str) -> DbError:
    return DbError("22P02", f'malformed array literal: "{text}"', details)


def array_text(text: Callable[[Stored], str]) -> Callable[[Stored], str]:
    """A printer of arrays."""

    def printed(value: Stored) -> str:
        return (
            "{"
            + ",".join("NULL" if each is None else _element_text(text(each)) for each in orjson.loads(str(value)))
            + "}"
        )

    return printed


def _element_text(text: str) -> str:
    is_plain = text and text.lower() != "null" and not any(letter in '{}",\\ \t\n\r\v\f' for letter in text)
    if is_plain:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def array_shown(shown: Callable[[Stored], Any]) -> Callable[[Stored], Any]:
    """An array in JSON."""
    return lambda value: [None if each is None else shown(each) for each in orjson.loads(str(value))]


def compare_arrays(left: str, right: str) -> int:
    """PostgreSQL's order of arrays: element by element, a null above all, the shorter one first."""
    if left == right:
        return 0
    mine, other = orjson.loads(left), orjson.loads(right)
    for pair in zip(mine, other, strict=False):
        if pair[0] != pair[1]:
            if None in pair:
                return 1 if pair[0] is None else -1
            first, second = (each.encode() if isinstance(each, str) else each for each in pair)
            return -1 if first < second else 1
    return -1 if len(mine) < len(other) else 1


def array_contains(left: str | None, right: str) -> int | None:
    """`left @> right` of two arrays; a null is in none."""
    if left is None:
        return None
    whole = orjson.loads(left)
    return int(all(each is not None and each in whole for each in orjson.loads(right)))


def array_overlaps(left: str | None, right: str) -> int | None:
    """`left && right`."""
    if left is None:
        return None
    whole = orjson.loads(left)
    return int(any(each is not None and each in whole for each in orjson.loads(right)))
