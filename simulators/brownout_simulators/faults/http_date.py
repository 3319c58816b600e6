"""Dates as HTTP writes them."""

import math
from collections.abc import Mapping
from datetime import UTC
from email.utils import formatdate, parsedate_to_datetime
from typing import Literal


def http_date(wall_s: float) -> str:
    """`Sun, 06 Nov 1994 08:49:37 GMT`."""
    return formatdate(wall_s, usegmt=True)


def retry_after_s(headers: Mapping[str, str], wall_s: float) -> float | None:
    """The seconds that an answer's Retry-After asks for, whichever form it has; None without a readable one."""
    for name, value in headers.items():
        if name.lower() == "retry-after":
            if value.isascii() and value.isdigit():
                return float(value) if math.isfinite(float(value)) else None
            at_s = _instant_s(value)
            return None if at_s is None else max(0.0, at_s - wall_s)
    return None


def put_off(value: str, by_s: float) -> str:
    """A Retry-After as a clock writes it that is so far ahead: another one where it is a date, else the same."""
    at_s = None if value.isdigit() else _instant_s(value)
    return value if at_s is None else http_date(at_s + by_s)


def _instant_s(value: str) -> float | None:
    try:
        at = parsedate_to_datetime(value)
        return at.replace(tzinfo=at.tzinfo or UTC).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):  # a fault writes what it likes
        return None


def retry_after_header(seconds: float, form: Literal["seconds", "date"], wall_s: float) -> str:
    """A Retry-After value. Whole seconds, rounded up: a client that obeys never comes too early."""
    if form == "date":
        return http_date(math.ceil(wall_s + seconds))
    return str(math.ceil(seconds))
