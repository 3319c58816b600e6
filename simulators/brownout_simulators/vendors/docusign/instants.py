"""Dates as DocuSign writes them: UTC, seven digits behind the point."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_FAR_S: Final = 253_402_300_799.0  # the year 9999 ends


@lru_cache(maxsize=1024)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def written(wall_s: float) -> str:
    """`2026-11-22T08:30:00.1230000Z`, of seconds since 1970."""
    parts = int(min(max(wall_s, 0.0), _FAR_S) * 10_000_000)
    return f"{_second(parts // 10_000_000)}.{parts % 10_000_000:07d}Z"


def read(text: str) -> float | None:
    """Seconds since 1970 of a date in a query: with or without a time, UTC unless it says otherwise; None for none.

    A plus sign that was not percent-encoded arrives as a space, and .NET's seven digits are one too many for Python.
    """
    spelled = text.strip().replace(" ", "+")
    whole, point, rest = spelled.partition(".")
    if point:
        digits = len(rest) - len(rest.lstrip("0123456789"))
        spelled = f"{whole}.{rest[: min(digits, 6)]}{rest[digits:]}"
    for form in (spelled, spelled.replace("/", "-")):
        try:
            moment = datetime.fromisoformat(form)
        except ValueError:
            continue
        try:
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (OverflowError, ValueError):
            return None
    return None
