"""Lose capacity: the vendor works on fewer calls at a time than it otherwise can. `capacity.py` acts it out."""

from dataclasses import dataclass
from typing import ClassVar

from brownout_simulators.faults.fault import Fault, Stage, require


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseCapacity(Fault):
    """Of the places that `serve` gives the vendor, a share is gone: the calls that find none wait for longer.

    For all calls of its vendor, so its rule takes neither a match nor a share. Where nothing says how many calls the
    vendor works on at a time, or it has one place only, there is nothing to lose, and nobody is struck.
    """

    stage: ClassVar[Stage] = Stage.SERVE
    of_whole_vendor: ClassVar[bool] = True
    needs: ClassVar[str] = "serve"

    share_lost: float = 0.5
    """In (0, 1], of the places; one stays, at least."""

    def __post_init__(self) -> None:
        require(0 < self.share_lost <= 1, f"lose_capacity.share_lost: in (0, 1], got {self.share_lost}")

    def left(self, places: int) -> int:
        """How many of so many places are left; half a place is one that is gone."""
        return max(1, int(places * (1 - self.share_lost) + 1e-9))
