"""What toxics draw: a stream for each toxic on each connection, from one seed, whatever the order of events is."""

from collections.abc import Callable
from random import Random

Chance = Callable[[str], Random]
"""By a toxic's name, what it draws from on one connection: whether it strikes there, then jitter and slices."""


def chance_of(seed: int, proxy: str, connection: int) -> Chance:
    """Of the connection of this ordinal: the first that a proxy accepts is 1. The same under any `PYTHONHASHSEED`."""

    def stream(toxic: str) -> Random:
        return Random(f"{seed}\0{proxy}\0{connection}\0{toxic}")

    return stream
