"""Billing periods: calendar arithmetic in UTC. A month after 31 January is the last day of February."""

import calendar
from datetime import UTC, datetime

_DAYS = {"day": 1, "week": 7}


def period_end(start: int, interval: str, count: int, anchor_day: int | None = None) -> int:
    """The instant one period after `start`, in seconds since 1970; `anchor_day` is the day of month to keep to."""
    if interval in _DAYS:
        return start + _DAYS[interval] * count * 86_400
    then = datetime.fromtimestamp(start, UTC)
    months = then.year * 12 + then.month - 1 + count * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    day = min(anchor_day or then.day, calendar.monthrange(year, month + 1)[1])
    return int(then.replace(year=year, month=month + 1, day=day).timestamp())


def day_of_month(instant: int) -> int:
    """The day of the month of an instant, in UTC."""
    return datetime.fromtimestamp(instant, UTC).day
