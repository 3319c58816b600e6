"""Timers that are never early, and on Linux hardly late.

Event loops round a wait up (asyncio) or to (libuv) whole milliseconds, and libuv's can fire early. A timerfd has the
kernel's resolution: one descriptor for all timers, watched by the loop, set to the earliest of a heap. Elsewhere the
loop's own timers serve, with a second look at the clock.
"""

import asyncio
import contextlib
import ctypes
import heapq
import itertools
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final, Protocol

_CLOCK_MONOTONIC: Final = 1
_TFD_NONBLOCK: Final = os.O_NONBLOCK if hasattr(os, "O_NONBLOCK") else 0
_TFD_CLOEXEC: Final = 0o2000000
_TFD_TIMER_ABSTIME: Final = 1


class _TimeSpec(ctypes.Structure):
    _fields_ = (("tv_sec", ctypes.c_long), ("tv_nsec", ctypes.c_long))


class _TimerSpec(ctypes.Structure):
    _fields_ = (("it_interval", _TimeSpec), ("it_value", _TimeSpec))


class Timers(Protocol):
    """Calls back at instants of a clock, never before them."""

    def call_at(self, when_s: float, callback: Callable[[], None]) -> "Timer": ...
    def close(self) -> None: ...


class Timer:
    """One callback to come."""

    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], None] | None) -> None:
        self.callback = callback

    def cancel(self) -> None:
        """It will not be called."""
        self.callback = None


class _Heap(ABC):
    """What both kinds share: the timers in order, and running those that are due."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Callable[[], float]) -> None:
        self._loop = loop
        self._clock = clock
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._is_running = False
        """Those that are due are called: the timer is set when all of them were."""

    def call_at(self, when_s: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` at `when_s` or as soon after it as the machine can."""
        timer = Timer(callback)
        heapq.heappush(self._heap, (when_s, next(self._order), timer))
        if self._heap[0][2] is timer and not self._is_running:
            self._arm(when_s)
        return timer

    @abstractmethod
    def _arm(self, when_s: float) -> None:
        """Call `_run_due` at `when_s`, and not at any instant set before."""

    def _run_due(self) -> None:
        heap = self._heap
        self._is_running = True
        try:
            while heap and (heap[0][2].callback is None or heap[0][0] <= self._clock()):
                callback = heapq.heappop(heap)[2].callback
                if callback is not None:
                    self._call(callback)
        finally:
            self._is_running = False
        if heap:
            self._arm(heap[0][0])

    def _call(self, callback: Callable[[], None]) -> None:
        try:
            callback()
        except Exception as error:  # noqa: BLE001  one callback's defect is no reason to forget the others
            self._loop.call_exception_handler({"message": "a timer's callback failed", "exception": error})


class KernelTimers(_Heap):
    """On a timerfd, which goes by `time.monotonic`. Raises `OSError` where the system has none."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop, time.monotonic)
        self._libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(self._libc, "timerfd_create"):
            raise OSError("this system has no timerfd")
        self._fd = self._libc.timerfd_create(_CLOCK_MONOTONIC, _TFD_NONBLOCK | _TFD_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._spec = _TimerSpec()
        self._spec_at = ctypes.byref(self._spec)
        loop.add_reader(self._fd, self._on_tick)

    def _arm(self, when_s: float) -> None:
        # Rounded up: a nanosecond early would be early. 0 would disarm it.
        value = self._spec.it_value
        value.tv_sec, value.tv_nsec = divmod(max(1, int(when_s * 1e9) + 1), 1_000_000_000)
        if self._libc.timerfd_settime(self._fd, _TFD_TIMER_ABSTIME, self._spec_at, None) != 0:
            raise OSError(ctypes.get_errno(), "timerfd_settime")

    def _on_tick(self) -> None:
        self._run_due()
        # Set anew it has forgotten that it fired.
        if not self._heap and self._fd >= 0:
            with contextlib.suppress(BlockingIOError):
                os.read(self._fd, 8)

    def close(self) -> None:
        """Give the descriptor back; timers that are left are not called."""
        self._heap.clear()
        self._loop.remove_reader(self._fd)
        os.close(self._fd)
        self._fd = -1


class LoopTimers(_Heap):
    """On the loop's own timers, looking at the clock again when they fire: any clock that goes as the loop's does."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(loop, clock)
        self._handle: asyncio.TimerHandle | None = None

    def _arm(self, when_s: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_later(max(0.0, when_s - self._clock()), self._run_due)

    def close(self) -> None:
        """Timers that are left are not called."""
        self._heap.clear()
        if self._handle is not None:
            self._handle.cancel()


def make_timers(loop: asyncio.AbstractEventLoop) -> Timers:
    """The best that this system has."""
    try:
        return KernelTimers(loop)
    except OSError:
        return LoopTimers(loop)
