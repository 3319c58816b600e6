"""The one place that reads the wall clock.

Everything that measures uses the running loop's `loop.time()` (monotonic, and virtual in virtual mode).
Wall-clock time is for humans and for dates that a vendor compares with its own.
"""

import time
from collections.abc import Callable

WallClock = Callable[[], float]
"""Seconds since 1970-01-01 UTC. Handed in wherever a date has to be written or compared."""


def system_wall_clock() -> float:
    """The machine's wall clock, in seconds since 1970-01-01 UTC."""
    return time.time()  # noqa: TID251 - this is the place
