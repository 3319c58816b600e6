"""Ctrl-C in virtual time.

What a signal's handler raises, it raises in the middle of whatever runs. In a loop that is some task's step or some
callback, and the loop takes it for that one's own error: one operation would fail of it, and the run would go on. So
signals are held back: the first ends the run's own work, at an await of its own, and is passed on when the loop is at
rest.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from brownout_harness.problems import SIGNALS

Handler = Callable[[int, FrameType | None], Any]


class Signals:
    """Those that came while they were held back, of which the first counts."""

    def __init__(self) -> None:
        self._handlers: dict[int, Handler] = {}
        self._first: int | None = None
        self._work: asyncio.Task[Any] | None = None

    @property
    def have_come(self) -> bool:
        """Whether there was one."""
        return self._first is not None

    def end(self, work: asyncio.Task[Any]) -> None:
        """Cancel this task when one comes; now, if one has come."""
        self._work = work
        if self.have_come:
            work.cancel()

    def hold_back(self, number: int, handler: Handler) -> None:
        """In place of that handler."""
        self._handlers[number] = handler
        signal.signal(number, self._come)

    def _come(self, number: int, _frame: FrameType | None) -> None:
        if self._first is None:
            self._first = number
            if self._work is not None:
                self._work.cancel()

    def put_back(self) -> None:
        """The handlers, as they were."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def pass_on(self) -> None:
        """The first one, to the handler that it was meant for: which may raise."""
        if self._first is not None:
            self._handlers[self._first](self._first, None)


@contextmanager
def held_back() -> Iterator[Signals]:
    """Within, no handler of a program's own is called. What ends a process by itself still does, and in other threads
    than the main one nothing is changed: signals do not come there."""
    signals = Signals()
    try:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if callable(handler := signal.getsignal(number)):
                    signals.hold_back(number, handler)
        yield signals
    finally:
        signals.put_back()
