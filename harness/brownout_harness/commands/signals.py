"""The first Ctrl-C (or SIGTERM, SIGHUP) ends a run in order; further ones do not disturb the ending."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Somebody asked the harness to end. Not an `Exception`: nobody on the way out may swallow it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Within: the first signal raises `Interrupted` in the main thread, every later one is ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    raised = False

    def end(number: int, _frame: FrameType | None) -> None:
        nonlocal raised
        if not raised:
            raised = True
            raise Interrupted(number)

    earlier = {number: signal.signal(number, end) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
