"""A run's time in blocks, each within one phase: what is drawn anew when a run is put together from itself.

What happens in a run hangs together: an outage, a breaker that is open, a queue that drains. Operations one by one
would look far more independent than they are, and blocks across a phase's edge would mix what the scenario keeps apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from brownout_reports.spans import PhaseSpan

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

BLOCK_S: Final = 2.0
FEWEST: Final = 5
"""Of a phase that is short."""
MOST: Final = 60
"""Of a phase that is long: its blocks are longer then, and cover more of what hangs together."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Half-open stretches of time, one after the other; what is later than all belongs to the last."""

    starts_s: tuple[float, ...]
    phases: tuple[str, ...]
    """Of each block, the phase that it is in."""

    def __len__(self) -> int:
        return len(self.starts_s)

    def places(self, at_s: npt.ArrayLike) -> Places:
        """The number of the block in which each instant lies."""
        found = np.searchsorted(np.asarray(self.starts_s), np.asarray(at_s, dtype=np.float64), "right") - 1
        return np.clip(found, 0, len(self) - 1)

    def counted(self, at_s: npt.ArrayLike) -> Floats:
        """How many of these instants lie in each block."""
        return np.bincount(self.places(at_s), minlength=len(self)).astype(np.float64)

    def summed(self, at_s: npt.ArrayLike, values: npt.ArrayLike) -> Floats:
        """By block, the sum of what belongs to these instants."""
        sums: Floats = np.bincount(self.places(at_s), np.asarray(values, dtype=np.float64), len(self)).astype(
            np.float64
        )
        return sums

    def within(self, phase: str) -> Floats:
        """1 for each block of that phase, and 0 for the others; of no phase, 1 for all."""
        return np.array([float(not phase or each == phase) for each in self.phases])


def blocks_of(phases: Sequence[PhaseSpan]) -> Blocks:
    """The blocks of a run with these phases; of none, one block."""
    starts: list[float] = []
    names: list[str] = []
    for number, phase in enumerate(phases):
        count = min(MOST, max(FEWEST, round(phase.duration_s / BLOCK_S)))
        starts += (phase.start_s + phase.duration_s * nth / count for nth in range(count))
        # Two phases may have one name: what is drawn of one is not drawn of the other.
        name = phase.name if all(phase.name != each.name for each in phases[:number]) else f"{phase.name} ({number})"
        names += [name] * count
    return Blocks(tuple(starts or [0.0]), tuple(names or [""]))
