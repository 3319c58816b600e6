"""What an application does beside what it is asked: for as long as it serves, in every process of it."""

from abc import ABC, abstractmethod
from typing import Any


class Background(ABC):
    """One such part, of the flow whose `background` it is. `run` is one task."""

    @abstractmethod
    async def run(self) -> None:
        """Never ends by itself; cancelled when the application stops, and ready for it at every step: what was not
        finished is found again by the next one that runs."""

    @abstractmethod
    def in_hand(self) -> int:
        """How much it has begun and not ended."""

    @abstractmethod
    def check(self) -> dict[str, Any]:
        """Its line in the application's health: `status` (pass, warn) and `message`."""
