"""What else the machine had to do while a run was made: real time is shared with it."""

import os
from collections.abc import Iterator, Mapping
from typing import Any, Final

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


def notes_of_load(before: float, generator: Mapping[str, Any]) -> list[str]:
    """What the machine and the load generator had to do, by what that told last, of several workers each by itself:
    above its limit, latencies are partly the generator's own."""
    each_of = generator.get("workers") or {"load generator": generator}
    notes = [note for name, each in each_of.items() for note in _notes_of(name, each)]
    return [note_of(before, load_now()), *notes, *generator.get("notes", [])]


def _notes_of(name: str, told: Mapping[str, Any]) -> Iterator[str]:
    busy, most = told.get("max_cpu_share", 0.0), told.get("max_in_flight", 0)
    yield f"{name}: at most {most} operations in flight, {busy:.0%} of one core"
    if busy > BUSY_SHARE:
        yield f"{name}: over 80 % of its core was in use; its latencies are partly its own"
