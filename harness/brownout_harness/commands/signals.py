"""The first Ctrl-C (or SIGTERM, SIGHUP) ends a run in order; further ones do not disturb the ending."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from brownout_harness.problems import SIGNALS, Interrupted


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
            raise Interrupted(signal.Signals(number).name)

    earlier = {number: signal.signal(number, end) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
