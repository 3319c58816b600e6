"""When a day ends, for quotas of a day. No table of time zones is needed: not every machine has one."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_WINTER: Final = timezone(timedelta(hours=-8))
_SUMMER: Final = timezone(timedelta(hours=-7))
_SUNDAY: Final = 6


def midnight_utc(wall_s: float) -> float:
    """The next 00:00 UTC after an instant, both in seconds since 1970."""
    return (wall_s // 86_400 + 1) * 86_400


def midnight_pacific(wall_s: float) -> float:
    """The next midnight in California after an instant, both in seconds since 1970."""
    today = datetime.fromtimestamp(wall_s, _zone(wall_s))
    tomorrow = (today + timedelta(days=1)).date()
    # Clocks are changed at two in the morning, so midnight still has the time of the day before it.
    midnight_s = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=today.tzinfo).timestamp()
    zone = _zone(midnight_s)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).timestamp()


def _zone(wall_s: float) -> timezone:
    """Summer time is from the second Sunday in March to the first in November, at 2:00 local time (15 USC 260a)."""
    year = datetime.fromtimestamp(wall_s, _WINTER).year
    begins = datetime(year, 3, _sunday(year, 3, 2), 10, tzinfo=UTC)
    ends = datetime(year, 11, _sunday(year, 11, 1), 9, tzinfo=UTC)
    return _SUMMER if begins.timestamp() <= wall_s < ends.timestamp() else _WINTER


def _sunday(year: int, month: int, which: int) -> int:
    """The day of the month."""
    first = (_SUNDAY - datetime(year, month, 1, tzinfo=UTC).weekday()) % 7 + 1
    return first + 7 * (which - 1)
