"""When a mail is to go out: an ISO 8601 instant, or plain English, at most 30 days ahead
(resend.com/docs/dashboard/emails/schedule-email)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from brownout_simulators.vendors.resend.errors import invalid

AHEAD_S: Final = 30 * 86_400.0
_UNITS_S: Final = {"sec": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0, "hour": 3_600.0, "day": 86_400.0,
                   "week": 604_800.0}  # fmt: skip
_IN: Final = re.compile(rf"in\s+(\d{{1,6}}|an?)\s*({'|'.join(_UNITS_S)})s?", re.IGNORECASE)
_AT: Final = re.compile(r"(today|tomorrow)(?:\s+at\s+(\d{1,2})(?::(\d{2}))?\s*(am|pm)?)?", re.IGNORECASE)


def scheduled_s(given: Any, now_s: float) -> float:
    """Seconds since 1970. An instant that is past is now. Raises `Refused`."""
    if not isinstance(given, str) or not given.strip() or len(given) > 100:
        raise invalid("The `scheduled_at` field must be a `string`: an ISO 8601 date or natural language.")
    text = given.strip()
    at_s = _iso_s(text)
    if at_s is None:
        at_s = _english_s(text, now_s)
    if at_s is None:
        raise invalid("Invalid `scheduled_at` field: it is neither an ISO 8601 date nor understood natural language.")
    if at_s > now_s + AHEAD_S:
        raise invalid("The `scheduled_at` field must be at most 30 days in the future.")
    return max(at_s, now_s)


def _iso_s(text: str) -> float | None:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _english_s(text: str, now_s: float) -> float | None:
    lasting = _IN.fullmatch(text)
    if lasting is not None:
        count = int(lasting[1]) if lasting[1].isdecimal() else 1
        return now_s + count * _UNITS_S[lasting[2].lower()]
    day = _AT.fullmatch(text)
    return None if day is None else _on_a_day_s(day, now_s)


def _on_a_day_s(found: re.Match[str], now_s: float) -> float | None:
    now = datetime.fromtimestamp(now_s, UTC)
    if found[1].lower() == "tomorrow":
        now += timedelta(days=1)
    if found[2] is None:
        return now.timestamp()
    hour, minute = int(found[2]), int(found[3] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[4].lower() == "pm" else 0)
    if hour > 23 or minute > 59:
        return None
    return now.replace(hour=hour, minute=minute, second=0, microsecond=0).timestamp()
