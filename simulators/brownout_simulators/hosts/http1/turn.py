"""The answers of one turn of the event loop, written together at its end.

A client that sleeps is woken by a write, which costs the writer more than the write does; woken once, it is awake for
the answers that follow at once. What becomes of one connection concerns no other.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Writes(Protocol):
    """Somebody with an answer to write."""

    def write_out(self) -> None:
        """Write it. Never raises: a client that has gone is no other client's business."""
        ...

    def written(self) -> None:
        """Look what became of it, and go on."""
        ...


class Turn:
    """One per service."""

    def __init__(self, loop: asyncio.AbstractEventLoop, problem: Callable[[str, Exception], None]) -> None:
        self._loop = loop
        self._problem = problem
        self._ready: list[Writes] = []

    def add(self, one: Writes) -> None:
        """Write its answer when this turn ends."""
        if not self._ready:
            self._loop.call_soon(self._write)
        self._ready.append(one)

    def _write(self) -> None:
        ready, self._ready = self._ready, []
        for one in ready:
            one.write_out()
        for one in ready:
            try:
                one.written()
            except Exception as error:  # noqa: BLE001  a defect of ours; the others' answers are out and want their rows
                self._problem("what comes after an answer", error)
