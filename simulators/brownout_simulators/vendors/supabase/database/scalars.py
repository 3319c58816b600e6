"""Numbers, texts, truth values, UUIDs and bytes: from what is written to what is stored, and back.

What is stored is what SQLite compares as PostgreSQL does: whole numbers as such, `numeric` as text under a collation of
its own (a float would lose its scale and its last digits), UUIDs in their one spelling.
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from math import inf, isinf, isnan, nan
from typing import Any, Final

import orjson

from brownout_simulators.vendors.supabase.database.problems import DbError, bad_text, out_of_range

Stored = int | float | str
"""A value as SQLite holds it; NULL is None, and never comes here."""

_WHOLE: Final = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)
_NUMBER: Final = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*", re.ASCII)
_SPECIAL: Final = {"nan": "NaN", "infinity": "Infinity", "+infinity": "Infinity", "-infinity": "-Infinity",
                   "inf": "Infinity", "+inf": "Infinity", "-inf": "-Infinity"}  # fmt: skip
_UUID: Final = re.compile(r"\{?[0-9a-fA-F]{4}(?:-?[0-9a-fA-F]{4}){7}\}?")
_HEX: Final = re.compile(r"\\x(?:[0-9a-fA-F]{2})*")
_EXPONENT_LIMIT: Final = 400
"""Digits before the point, or after it, that a `numeric` has room for here; PostgreSQL has room for thousands."""
_WIDE: Final = Context(prec=2 * _EXPONENT_LIMIT + 40)
_TRUE: Final = frozenset({"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"})
_FALSE: Final = frozenset({"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"})


def whole(name: str, bits: int) -> Callable[[str], int]:
    """A reader of whole numbers of so many bits."""
    limit = 1 << (bits - 1)

    def read(text: str) -> int:
        if _WHOLE.fullmatch(text) is None:
            raise bad_text(name, text)
        if len(text.strip()) > 40:
            raise out_of_range(name, text)
        value = int(text)
        if not -limit <= value < limit:
            raise out_of_range(name, text)
        return value

    return read


def numeric(precision: int | None, scale: int) -> Callable[[str], str]:
    """A reader of `numeric`, or `numeric(precision, scale)`: the digits as PostgreSQL prints them."""
    unit, bound = Decimal(1).scaleb(-scale), Decimal(10) ** ((precision or 0) - scale)

    def read(text: str) -> str:
        special = _SPECIAL.get(text.strip().lower())
        if special is not None:
            if precision is not None and special != "NaN":
                details = f"A field with precision {precision}, scale {scale} cannot hold an infinite value."
                raise DbError("22003", "numeric field overflow", details)
            return special
        if _NUMBER.fullmatch(text) is None:
            raise bad_text("numeric", text)
        try:
            value = Decimal(text.strip())
        except InvalidOperation:
            raise DbError("22003", "value overflows numeric format") from None
        exponent = value.as_tuple().exponent
        if value.adjusted() > _EXPONENT_LIMIT or (isinstance(exponent, int) and exponent < -_EXPONENT_LIMIT):
            raise DbError("22003", "value overflows numeric format")
        if precision is not None:
            value = value.quantize(unit, ROUND_HALF_UP, _WIDE)
            if abs(value) >= bound:
                raise _overflow(precision, scale)
        return format(value or abs(value), "f")

    return read


def _overflow(precision: int, scale: int) -> DbError:
    bound = f"10^{precision - scale}" if precision > scale else "1"
    details = f"A field with precision {precision}, scale {scale} must round to an absolute value less than {bound}."
    return DbError("22003", "numeric field overflow", details)


def number_shown(value: Stored) -> Any:
    """A `numeric` in JSON: its digits as they are; what JSON has no number for is a text."""
    return value if value in ("NaN", "Infinity", "-Infinity") else orjson.Fragment(str(value))


def real(name: str) -> Callable[[str], Stored]:
    """A reader of floating-point numbers. SQLite has no NaN: it is a text, and so sorts after every number."""

    def read(text: str) -> Stored:
        special = _SPECIAL.get(text.strip().lower())
        if special is not None:
            return "NaN" if special == "NaN" else inf if special == "Infinity" else -inf
        if _NUMBER.fullmatch(text) is None:
            raise bad_text(name, text)
        value = float(text)
        if isinf(value):
            raise DbError("22003", f'"{text}" is out of range for type {name}')
        return value

    return read


def real_shown(value: Stored) -> Any:
    """A floating-point number in JSON."""
    number = float(value)
    return real_text(value) if isinf(number) or isnan(number) else orjson.Fragment(real_text(value))


def real_text(value: Stored) -> str:
    """As PostgreSQL prints one: the shortest digits that say it, with an exponent from 1e+15 on."""
    number = nan if value == "NaN" else float(value)
    if isnan(number):
        return "NaN"
    if isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    if not isinstance(exponent, int) or not any(digits):
        return "-0" if sign else "0"
    text = "".join(map(str, digits))
    place = len(text) + exponent - 1
    minus = "-" if sign else ""
    if -4 <= place < 15:
        return minus + format(Decimal((0, digits, exponent)), "f")
    fraction = f".{text[1:]}" if len(text) > 1 else ""
    return f"{minus}{text[0]}{fraction}e{'-' if place < 0 else '+'}{abs(place):02d}"


def limited(name: str, length: int) -> Callable[[str], str]:
    """A reader of `varchar(n)`. Blanks beyond the length are cut off, as the standard wants it."""

    def read(text: str) -> str:
        if len(text) <= length:
            return text
        if text[length:].strip(" "):
            raise DbError("22001", f"value too long for type {name}({length})")
        return text[:length]

    return read


def boolean(text: str) -> int:
    """0 or 1, from any of the words that PostgreSQL takes."""
    word = text.strip().lower()
    if word in _TRUE:
        return 1
    if word in _FALSE:
        return 0
    raise bad_text("boolean", text)


def uuid(text: str) -> str:
    """In lower case, with hyphens."""
    if len(text) == 36 and text[8] == text[13] == text[18] == text[23] == "-":
        digits = text.replace("-", "")
        if len(digits) == 32 and digits.isalnum() and _UUID.fullmatch(text) is not None:
            return text.lower()
    if _UUID.fullmatch(text) is None or text.startswith("{") != text.endswith("}"):
        raise bad_text("uuid", text)
    digits = text.strip("{}").replace("-", "").lower()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def bytea(text: str) -> str:
    """`\\x` and hexadecimal digits; other texts are their bytes, but for the escape form's backslashes."""
    if text.startswith("\\x"):
        if _HEX.fullmatch(text) is None:
            raise DbError("22023", "invalid hexadecimal data: odd number of digits" if len(text) % 2 else
                          "invalid hexadecimal digit")  # fmt: skip
        return text.lower()
    if "\\" in text:
        raise bad_text("bytea", text)
    return "\\x" + text.encode().hex()


def compare_numeric(left: str, right: str) -> int:
    """The order of `numeric`: NaN is above all."""
    if left == right:
        return 0
    mine, other = Decimal(left), Decimal(right)
    if mine.is_nan() or other.is_nan():
        return int(mine.is_nan()) - int(other.is_nan())
    return -1 if mine < other else int(mine > other)
