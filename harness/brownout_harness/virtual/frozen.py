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
    """A loop's queue of what is ready, while processes are stopped: what is theirs is kept back."""

    def __init__(self, ready: Iterable[asyncio.Handle], process: object) -> None:
        """In place of what `ready` holds of the process stands nothing to do: a loop counts before it begins."""
        super().__init__(ready)
        self._kept: dict[int, tuple[object, list[asyncio.Handle]]] = {}
        self.stop(process)

    def holds(self, process: object) -> bool:
        """Whether that process is stopped."""
        return id(process) in self._kept

    def stop(self, process: object) -> None:
        """Keep back what is its own, from now on and of what is ready."""
        kept: list[asyncio.Handle] = []
        self._kept[id(process)] = (process, kept)
        for place, handle in enumerate(self):
            if self._kept_of(handle) is kept:
                kept.append(handle)
                self[place] = _nothing()

    def let_go(self, process: object) -> deque[asyncio.Handle]:
        """It goes on: the queue as it is then, with what became due of it meanwhile at its end, in that order."""
        _, kept = self._kept.pop(id(process), (process, []))
        self.extend(kept)
        return self if self._kept else deque(self)

    def append(self, handle: asyncio.Handle) -> None:
        """Keep it back, or let it be run."""
        kept = self._kept_of(handle)
        if kept is None:
            super().append(handle)
        else:
            kept.append(handle)

    def _kept_of(self, handle: Any) -> list[asyncio.Handle] | None:
        context: Context = handle._context  # a handle has no public way to tell
        found = self._kept.get(id(context.get(PROCESS)))
        return None if found is None else found[1]


def _nothing() -> asyncio.Handle:
    handle = asyncio.Handle(lambda: None, (), asyncio.get_running_loop())
    handle.cancel()
    return handle
