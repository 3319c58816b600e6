"""A process that is stopped in virtual time, and what SIGSTOP means where there is no process.

It runs nothing: no task of it takes a step, no callback, no timer. Its sockets stay open: what is sent to it waits.
When it goes on, everything that became due meanwhile happens in the order in which it did, and its clock has moved on.

Whose a callback is, its context tells: what a process starts inherits the context in which it was started.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from contextvars import Context, ContextVar
from typing import Any, Final

PROCESS: Final[ContextVar[object]] = ContextVar("process", default=None)
"""Who runs; None: the world."""


class Sieve(deque[asyncio.Handle]):
    """A loop's queue of what is ready, while one process is stopped: what is its own is kept back."""

    def __init__(self, ready: Iterable[asyncio.Handle], process: object) -> None:
        """In place of what `ready` holds of the process stands nothing to do: a loop counts before it begins."""
        super().__init__()
        self.process = process
        self.kept: list[asyncio.Handle] = []
        for handle in ready:
            if self._is_its(handle):
                self.kept.append(handle)
                super().append(_nothing())
            else:
                super().append(handle)

    def append(self, handle: asyncio.Handle) -> None:
        """Keep it back, or let it be run."""
        if self._is_its(handle):
            self.kept.append(handle)
        else:
            super().append(handle)

    def _is_its(self, handle: Any) -> bool:
        context: Context = handle._context  # a handle has no public way to tell
        return context.get(PROCESS) is self.process


def _nothing() -> asyncio.Handle:
    handle = asyncio.Handle(lambda: None, (), asyncio.get_running_loop())
    handle.cancel()
    return handle
