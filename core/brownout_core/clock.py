"""The one place that reads the wall clock.

Everything that measures uses the running loop's `loop.time()` (monotonic, and virtual in virtual mode).
Wall-clock time is for humans and for dates that a vendor compares with its own.
"""

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

WallClock = Callable[[], float]
"""Seconds since 1970-01-01 UTC. Handed in wherever a date has to be written or compared."""


def system_wall_clock() -> float:
    """The machine's wall clock, in seconds since 1970-01-01 UTC."""
    return time.time()  # noqa: TID251 - this is the place


class MachineClock(NamedTuple):
    """What all processes of a machine count by, and no time server moves."""

    now_s: Callable[[], float]
    """Seconds since the machine was started."""
    boot: str
    """Which start that was: instants of two of them cannot be compared."""


@cache
def machine_clock() -> MachineClock | None:
    """The machine's; None where it does not say when it was started."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return MachineClock(time.monotonic, boot) if boot else None
