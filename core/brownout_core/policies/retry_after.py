"""What a response says about when to ask again, as seconds from now.

Three forms: `retry-after-ms` (milliseconds, more exact, so it wins), `Retry-After` in seconds, `Retry-After` as an
HTTP date. A date is judged by the response's own `Date`, so that a vendor's wrong clock, or ours, does no harm
(RFC 9110, section 10.2.3). Hostile values are defined: what is negative, not finite or not a number is no wish at all;
a date in the past is a wish of 0; nothing is longer than a year. Whether a long wish is followed is `retry`'s business.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from brownout_core.clock import WallClock

LONGEST_S = 365 * 86_400.0

# Digits with an optional fraction: float() would also take "inf", "nan", "1e9", "1_0" and " 5 ".
_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?", re.ASCII)


def retry_after_s(headers: Mapping[str, str], wall_clock: WallClock | None = None) -> float | None:
    """Seconds from now after which the vendor wants to be asked again, or None. Header names are in lower case.

    `wall_clock` judges a date where the response has no readable `Date`; without it such a date is no wish.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return min(milliseconds / 1000, LONGEST_S)
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None:
        return min(seconds, LONGEST_S)
    return _until(value, headers.get("date"), wall_clock)


def _until(value: str | None, date: str | None, wall_clock: WallClock | None) -> float | None:
    at_epoch_s = _date(value)
    if at_epoch_s is None:
        return None
    now_epoch_s = _date(date)
    if now_epoch_s is None:
        if wall_clock is None:
            return None
        now_epoch_s = wall_clock()
    return min(max(0.0, at_epoch_s - now_epoch_s), LONGEST_S)


def _number(value: str | None) -> float | None:
    # Only what HTTP calls white space is stripped: Python's own idea of it is wider than what float() reads.
    text = "" if value is None else value.strip(" \t")
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else LONGEST_S


def _date(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        at = parsedate_to_datetime(value)
        # An HTTP date is always in GMT; a date without a zone is read as one.
        return at.replace(tzinfo=at.tzinfo or UTC).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
