"""Limit headers: what the vendor says of its limits is not so, cannot be read, or is not said."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from typing import ClassVar, Final, Literal

from brownout_simulators.call import Sending
from brownout_simulators.faults.fault import Fault, Stage, require

Wait = Literal["zero", "hour", "past", "word", "negative", "no_zone", "missing"]
Left = Literal["zero", "plenty", "word", "missing"]

_WAITS: Final = re.compile(r"retry-after(-ms)?|.*(rate|burst)-?limit-reset(-.*)?", re.IGNORECASE)
_LEFT: Final = re.compile(r".*(rate|burst)-?limit-remaining(-.*)?", re.IGNORECASE)
_BOTH: Final = re.compile(r"ratelimit", re.IGNORECASE)
"""The one of the drafts: `"burst";r=5;t=3`."""
_GO_SPAN: Final = re.compile(r"(\d+(\.\d+)?(ms|[hms]))+")
"""As OpenAI writes a span: `6m0s`, `20ms`."""
_EPOCH_S: Final = 1_000_000_000
"""A number that is larger is no span of seconds: it is seconds since 1970."""
HOUR_S: Final = 3_600
SOON_S: Final = 5
PLENTY: Final = "1000000"
_TIMES: Final[Mapping[Wait, int]] = {"zero": 0, "hour": HOUR_S, "past": -HOUR_S, "no_zone": SOON_S}


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitHeaders(Fault):
    """The headers by which the vendor tells of its limits say something else. The limit itself stays as it is.

    Those that the vendor sends with this answer, each in the form that it has there; an answer without any is left.
    """

    stage: ClassVar[Stage] = Stage.BODY

    wait: Wait | None = None
    """When to come back (Retry-After, `…-reset`): at once, in an hour, an hour ago, the word `soon`, `-5`, a date
    without a zone; or it is not said."""
    left: Left | None = None
    """How much is left (`…-remaining`): nothing, a million, the word `many`; or it is not said."""

    def __post_init__(self) -> None:
        require(self.wait is not None or self.left is not None, "limit_headers: wait, left or both are to be wrong")

    def shape(self, sending: Sending, chance: float) -> bool:
        del chance
        before = sending.headers
        now_s = _seconds_of(next((value for name, value in before.items() if name.lower() == "date"), ""))
        said = {name: self._said(name, value, now_s or 0.0) for name, value in before.items()}
        sending.headers = {name: value for name, value in said.items() if value is not None}
        return sending.headers != before

    def _said(self, name: str, value: str, now_s: float) -> str | None:
        """What that header says now; None: it is missing."""
        if _BOTH.fullmatch(name):
            parts = [_changed(part, "t", self.wait, _of_wait("t", self.wait, "0", now_s)) for part in value.split(";")]
            parts = [_changed(part, "r", self.left, _of_left(self.left)) for part in parts]
            said = ";".join(part for part in parts if part is not None)
            return said or None
        if self.wait is not None and _WAITS.fullmatch(name):
            return _of_wait(name, self.wait, value, now_s)
        if self.left is not None and _LEFT.fullmatch(name):
            return _of_left(self.left)
        return value


def _changed(part: str | None, key: str, wrong: str | None, said: str | None) -> str | None:
    """One part of a header that has several: `r=5`, where that is the one which is to be wrong."""
    if part is None or wrong is None or not part.strip().startswith(f"{key}="):
        return part
    return None if said is None else f"{key}={said}"


def _of_left(left: Left | None) -> str | None:
    return {"zero": "0", "plenty": PLENTY, "word": "many"}.get(left or "")


def _of_wait(name: str, wait: Wait | None, value: str, now_s: float) -> str | None:
    """In the form that the header of this name has."""
    if wait is None or wait == "missing":
        return None
    if wait in ("word", "negative"):
        return "soon" if wait == "word" else "-5"
    after_s = _TIMES[wait]
    if wait == "no_zone":
        return _date(now_s + after_s).removesuffix(" GMT")
    return _form_of(name.lower(), value)(after_s, now_s)


def _form_of(name: str, value: str) -> Callable[[int, float], str]:
    """How a span from now on is written in a header that has said this."""
    if value.isdecimal() and int(value) >= _EPOCH_S:
        return lambda after_s, now_s: str(int(now_s) + after_s)
    if _GO_SPAN.fullmatch(value):
        return lambda after_s, _now_s: f"{after_s}s"
    if _seconds_of(value) is not None:
        return lambda after_s, now_s: _date(now_s + after_s)
    if name == "retry-after":  # the past has no way to be said in seconds, and a date is allowed
        return lambda after_s, now_s: str(after_s) if after_s >= 0 else _date(now_s + after_s)
    return lambda after_s, _now_s: str(after_s * 1_000 if name.endswith("-ms") else after_s)


def _date(epoch_s: float) -> str:
    return formatdate(max(0.0, epoch_s), usegmt=True)


def _seconds_of(date: str) -> float | None:
    """Seconds since 1970 of a date as HTTP writes it; None for anything else."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
