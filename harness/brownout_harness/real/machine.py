"""What else the machine had to do while a run was made: real time is shared with it."""

import os
from collections.abc import Mapping
from typing import Final

MACHINE: Final = "machine: "
"""How the note begins that says so."""
BUSY_SHARE: Final = 0.8
"""Of one core, above which the load generator's latencies are partly its own."""


def load_now() -> float:
    """The system's own figure: how many processes ran or wanted to, over the last minute."""
    return os.getloadavg()[0]


def note_of(before: float, after: float) -> str:
    """For whoever reads the verdict."""
    return f"{MACHINE}{os.cpu_count() or 1} cores, load {before:.1f} before the run and {after:.1f} after it"


def notes_of_load(before: float, generator: Mapping[str, float]) -> list[str]:
    """What the machine and the load generator had to do, by what that told last: above its limit, latencies are partly
    the generator's own."""
    busy, most = generator.get("max_cpu_share", 0.0), generator.get("max_in_flight", 0)
    of_load = f"load generator: at most {most} operations in flight, {busy:.0%} of one core"
    too_busy = "load generator: over 80 % of its core was in use; its latencies are partly its own"
    return [note_of(before, load_now()), of_load, *([too_busy] if busy > BUSY_SHARE else [])]
