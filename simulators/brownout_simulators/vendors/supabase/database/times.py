"""Dates and times: what PostgreSQL reads of ISO 8601, stored so that it sorts, and printed as PostgreSQL prints it.

Instants are whole microseconds since 1970. Of the many ways in which PostgreSQL lets a date be written, ISO 8601 and
the words `now`, `today`, `epoch`, `infinity` are read; the rest is refused as a text that is no date.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.scalars import Stored

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - of no zone: printed without one
FOREVER: Final = (1 << 63) - 1
"""`infinity`; its negative is `-infinity`."""
_MICROSECOND: Final = timedelta(microseconds=1)
_MOMENT: Final = re.compile(
    r"\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:\s+|T|t)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?"
    r"\s*(Z|z|UTC|utc|[+-]\d{1,2}(?::?\d{2})?)?\s*",
    re.ASCII,
)
_TIME: Final = re.compile(r"\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*", re.ASCII)


def _bad(name: str, text: str) -> DbError:
    return DbError("22007", f'invalid input syntax for type {name}: "{text}"')


def _beyond(text: str) -> DbError:
    return DbError("22008", f'date/time field value out of range: "{text}"')


def _microseconds(fraction: str | None) -> int:
    return round(int(fraction) * 10 ** (6 - len(fraction))) if fraction else 0


def _moment(name: str, text: str, *, keeps_zone: bool) -> int:
    word = text.strip().lower()
    if word in ("infinity", "-infinity"):
        return -FOREVER if word.startswith("-") else FOREVER
    if word == "epoch":
        return 0
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise _bad(name, text)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), tzinfo=UTC)
    except ValueError:
        if hour != "24" or int(minute or 0) or int(second or 0) or not 1 <= int(month) <= 12:
            raise _beyond(text) from None
        return _moment(name, f"{year}-{month}-{day} {zone or ''}", keeps_zone=keeps_zone) + 86_400_000_000
    if int(second or 0) > 60:
        raise _beyond(text)
    microseconds = (moment - EPOCH) // _MICROSECOND + int(second or 0) * 1_000_000 + _microseconds(fraction)
    return microseconds - (_zone_s(text, zone) * 1_000_000 if keeps_zone else 0)


def _zone_s(text: str, zone: str | None) -> int:
    if zone is None or zone.lower() in ("z", "utc"):
        return 0
    digits = zone[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 15 or minutes > 59:
        raise DbError("22009", f'time zone displacement out of range: "{text}"')
    return (-1 if zone[0] == "-" else 1) * (hours * 3600 + minutes * 60)


def timestamptz(text: str) -> int:
    """An instant; without a zone it is UTC, as Supabase's databases are set."""
    return _moment("timestamp with time zone", text, keeps_zone=True)


def timestamp(text: str) -> int:
    """A date and time of no zone; one that is written is passed over."""
    return _moment("timestamp", text, keeps_zone=False)


def day(text: str) -> str:
    """A date; of a moment its day."""
    if text.strip().lower() in ("infinity", "-infinity", "epoch"):
        return "1970-01-01" if text.strip().lower() == "epoch" else text.strip().lower()
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise _bad("date", text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        raise _beyond(text) from None


def clock_time(text: str) -> str:
    """A time of day, with microseconds, so that it sorts."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise _bad("time", text)
    try:
        return time(int(match[1]), int(match[2]), int(match[3] or 0), _microseconds(match[4])).isoformat("microseconds")
    except ValueError:
        raise _beyond(text) from None


def clock_text(value: Stored) -> str:
    """Without the zeros at its end."""
    return str(value).rstrip("0").rstrip(".") if "." in str(value) else str(value)


def _printed(value: Stored, *, between: str, zone: str) -> str:
    number = int(value)
    if abs(number) == FOREVER:
        return "infinity" if number > 0 else "-infinity"
    text = (_NAIVE_EPOCH + timedelta(microseconds=number)).isoformat(between)
    if number % 1_000_000:
        text = text.rstrip("0")
    return text + zone


def timestamptz_shown(value: Stored) -> str:
    """In JSON."""
    return _printed(value, between="T", zone="+00:00")


def timestamptz_text(value: Stored) -> str:
    """As text."""
    return _printed(value, between=" ", zone="+00")


def timestamp_shown(value: Stored) -> str:
    """In JSON."""
    return _printed(value, between="T", zone="")


def timestamp_text(value: Stored) -> str:
    """As text."""
    return _printed(value, between=" ", zone="")
