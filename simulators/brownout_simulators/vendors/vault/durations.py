"""Durations and instants as Vault reads and writes them: `60`, `"60s"`, `"1h30m"`; RFC 3339 with nanoseconds."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from typing import Any, Final

LONGEST_S: Final = 9_223_372_036.0
"""As many seconds as Go's nanoseconds have room for."""
NEVER: Final = "0001-01-01T00:00:00Z"
_UNITS_S: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_PART: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h|d)", re.ASCII)
_PLAIN: Final = re.compile(r"-?[0-9]{1,19}", re.ASCII)


def seconds_of(value: Any, name: str) -> float:
    """A number of seconds, or a text with units; nothing is 0. Raises `ValueError` for what is neither, or negative."""
    if value is None or value == "":
        return 0.0
    seconds = _seconds(value)
    if seconds is None or not isfinite(seconds) or seconds > LONGEST_S:
        raise ValueError(f'error converting input for field "{name}": time: invalid duration')
    if seconds < 0:
        raise ValueError(f'error converting input for field "{name}": cannot provide negative value')
    return seconds


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) <= LONGEST_S else None
    if not isinstance(value, str) or len(value) > 60:
        return None
    text = value.strip()
    if _PLAIN.fullmatch(text):
        return float(text)
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _UNITS_S[unit] for number, unit in parts)


def words(seconds: float) -> str:
    """As Go writes a duration, without what is zero: `1h`, `1m30s`, `4s`."""
    whole = max(0, int(seconds))
    parts = ((whole // 3_600, "h"), (whole % 3_600 // 60, "m"), (whole % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def go_text(seconds: float) -> str:
    """A setting of a key: `0s`, `1m0s`, `1h0m0s`."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3_600, whole % 3_600 // 60, whole % 60
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def instant(wall_s: float) -> str:
    """RFC 3339 in UTC, to the nanosecond."""
    whole = int(wall_s // 1)
    return f"{_second(whole)}.{int((wall_s - whole) * 1_000_000):06d}000Z"


@lru_cache(maxsize=64)
def _second(whole: int) -> str:
    try:
        return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return "9999-12-31T23:59:59"
