"""Whether this process was kept from running: stopped by a signal, or by a machine that had no time for it.

A process that is stopped notices nothing while it is. When it goes on, its next beat comes late, and by how much is how
long it stood still, at least.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

EVERY_S: Final = 0.1
TOLD_OVER_S: Final = 0.2
"""Any process is this late now and then; whoever judges a run says what is too late."""


class Stall(NamedTuple):
    """A stretch in which the process did not run, on the clock that was handed in; it may be `EVERY_S` longer."""

    since_s: float
    """When the beat was due."""
    until_s: float


class Heartbeat:
    """To be called every `EVERY_S` by whatever keeps the process going. For one thread."""

    def __init__(self, clock: Callable[[], float], tell: Callable[[Stall], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._due_s = clock() + EVERY_S

    def beat(self) -> None:
        """Tell of the stall that has just ended, if it was one."""
        now_s = self._clock()
        if now_s - self._due_s > TOLD_OVER_S:
            self._tell(Stall(self._due_s, now_s))
        self._due_s = now_s + EVERY_S
