"""The clocks of Python in a closed world: an error for our own packages, the virtual clock for libraries."""

import asyncio
import ctypes
import datetime as dt
import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from brownout_harness.virtual.guard import GUARD, Place, is_ours, refusal

WALL: Final = ("time", "time_ns")
STEADY: Final = ("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
CALENDAR: Final = {"gmtime": 0, "localtime": 0, "ctime": 0, "strftime": 1, "asctime": 0}
"""These read the clock where the argument at this place is left out."""


def clocks_from(epoch_s: float) -> dict[Place, Callable[..., Any]]:
    """What stands in for the functions of `time`; `epoch_s` is the wall clock at the loop's instant 0."""
    places: dict[Place, Callable[..., Any]] = {}
    for name in WALL:
        places[time, name] = _reading(getattr(time, name), epoch_s, in_ns=name.endswith("_ns"))
    for name in STEADY:
        places[time, name] = _reading(getattr(time, name), 0.0, in_ns=name.endswith("_ns"))
    for name, place in CALENDAR.items():
        places[time, name] = _calendar(getattr(time, name), place, epoch_s)
    return places


def _now_s() -> float:
    """On the loop that runs; before there is one the run has not begun."""
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return 0.0


def _refuse_ours(frame: FrameType) -> None:
    # Only who reads it itself: what the standard library does with a clock (a log record's date) is as good as any
    # other library's.
    if is_ours(frame):
        raise refusal(frame, "reads a clock")


def _reading(original: Callable[[], Any], start_s: float, *, in_ns: bool) -> Callable[[], Any]:
    def read() -> Any:
        if not GUARD.is_closed:
            return original()
        _refuse_ours(sys._getframe(1))
        now_s = start_s + _now_s()
        return int(now_s * 1e9) if in_ns else now_s

    return read


def _calendar(original: Callable[..., Any], place: int, epoch_s: float) -> Callable[..., Any]:
    takes_seconds = original is not time.strftime and original is not time.asctime

    def read(*arguments: Any) -> Any:
        given = arguments[place] if len(arguments) > place else None
        if given is not None or not GUARD.is_closed:
            return original(*arguments)
        _refuse_ours(sys._getframe(1))
        now_s = epoch_s + _now_s()
        return original(*arguments[:place], now_s if takes_seconds else time.localtime(now_s))

    return read


@contextmanager
def virtual_now(epoch_s: float) -> Iterator[None]:
    """`datetime.now` and `utcnow`, which read the clock in C, past `time.time`. (`today` calls that one.)

    A class made in C takes no other methods, and its users hold it under a thousand names; so the methods are
    exchanged in the dictionary behind it.
    """
    kind = dt.datetime
    members: dict[str, Any] = gc.get_referents(vars(kind))[0]
    originals = {name: members[name] for name in ("now", "utcnow")}

    def now(cls: type[dt.datetime], tz: dt.tzinfo | None = None) -> dt.datetime:
        if not GUARD.is_closed:
            return originals["now"].__get__(None, cls)(tz)  # type: ignore[no-any-return]
        _refuse_ours(sys._getframe(1))
        return cls.fromtimestamp(epoch_s + _now_s(), tz)

    def utcnow(cls: type[dt.datetime]) -> dt.datetime:
        if not GUARD.is_closed:
            return originals["utcnow"].__get__(None, cls)()  # type: ignore[no-any-return]
        _refuse_ours(sys._getframe(1))
        return cls.fromtimestamp(epoch_s + _now_s(), dt.UTC).replace(tzinfo=None)

    try:
        members.update(now=classmethod(now), utcnow=classmethod(utcnow))
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
        yield
    finally:
        members.update(originals)
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
