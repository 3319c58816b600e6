"""A spill file whose reader drops, with the file, what it cannot read: promises that were made are gone.

It comes with the weather in which it matters: a store of dead letters that is down every other moment, as on a disk
that is full now and then, so that letters go to the file. In the same weather a good file loses nothing.
"""

from collections.abc import Callable
from typing import Any

import orjson

from brownout_core.clock import WallClock
from brownout_core.compose import Replacements
from brownout_core.records import DeadLetter, DeadLetterStore, Spill, StoreUnavailable
from brownout_core.rows import from_line, to_line
from brownout_harness.audit.mutant import Mutant, Part

DOWN_S = 1.5
"""So long the store is down, and as long it is up."""
KNOWN_FLOWS = frozenset({b'"flow":"pay"', b'"flow":"notify"'})
"""What the reader knows: it is of a version before the others."""


class _File:
    """A spill file, kept in memory, for virtual time has no disk. It survives the application."""

    def __init__(self, can_read: Callable[[bytes], bool]) -> None:
        self._can_read = can_read
        self._lines: list[bytes] = []
        self._taken = 0

    def append(self, letter: DeadLetter) -> None:
        """Keep one."""
        self._lines.append(to_line(letter))

    def take(self) -> list[DeadLetter]:
        """What it can read of what is there."""
        self._taken = len(self._lines)
        return [from_line(DeadLetter, orjson.loads(line)) for line in self._lines if self._can_read(line)]

    def drained(self) -> None:
        """The file goes, with whatever was in it."""
        del self._lines[: self._taken]

    def check(self) -> None:
        """Nothing is ever kept aside, so nothing is ever wrong."""


class _Flaky:
    """A good store, on a disk that is full every other moment."""

    def __init__(self, inner: DeadLetterStore, clock: WallClock) -> None:
        self._inner = inner
        self._clock = clock

    async def put(self, letter: DeadLetter) -> str:
        """Keep it, if there is room now."""
        if int(self._clock() / DOWN_S) % 2:
            raise StoreUnavailable("database or disk is full")
        return await self._inner.put(letter)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the good store's."""
        return getattr(self._inner, name)


def weather(can_read: Callable[[bytes], bool]) -> Replacements:
    """A store that is down every other moment, and a file of which so much can be read."""
    file: Spill = _File(can_read)
    clocks: list[WallClock] = []

    def clock(usual: WallClock) -> WallClock:
        clocks.append(usual)
        return usual

    def store(inner: DeadLetterStore) -> DeadLetterStore:
        flaky: Any = _Flaky(inner, clocks[-1])
        kept: DeadLetterStore = flaky
        return kept

    return Replacements(dead_letter_store=store, spill=lambda _usual: file, wall_clock=clock)


MUTANT = Mutant(
    name="drops-spilled-letters",
    part=Part.DEAD_LETTERS,
    about="what the spill file's reader cannot read is dropped with the file: promises are lost",
    scenario="commit-then-crash",
    expectation="nothing_lost",
    replacements=lambda: weather(lambda line: any(flow in line for flow in KNOWN_FLOWS)),
)
