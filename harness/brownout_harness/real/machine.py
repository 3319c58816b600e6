"""What else the machine had to do while a run was made: real time is shared with it."""

import os
from typing import Final

MACHINE: Final = "machine: "
"""How the note begins that says so."""


def load_now() -> float:
    """The system's own figure: how many processes ran or wanted to, over the last minute."""
    return os.getloadavg()[0]


def note_of(before: float, after: float) -> str:
    """For whoever reads the verdict."""
    return f"{MACHINE}{os.cpu_count() or 1} cores, load {before:.1f} before the run and {after:.1f} after it"
