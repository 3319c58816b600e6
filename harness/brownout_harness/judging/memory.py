"""How much memory the target's processes held."""

from typing import NamedTuple


class MemorySample(NamedTuple):
    """One look at one process, with all that it has started."""

    at_s: float
    process: str
    """`gateway`, or `gateway.1`."""
    pid: int
    """After a start it is another one, which begins anew."""
    resident_bytes: int
