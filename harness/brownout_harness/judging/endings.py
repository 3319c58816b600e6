"""How a process of the target ended that the scenario had told to stop."""

from typing import NamedTuple


class Ending(NamedTuple):
    """One stop (SIGTERM), and what came of it."""

    process: str
    """`gateway`, or `gateway.1`."""
    asked_s: float
    """When it was told to."""
    grace_s: float
    """So long it had; it is killed some time after that."""
    ended_s: float | None = None
    """When it was gone, as soon as that was seen; None: it was not seen to be."""
    was_killed: bool = False
    """It had not ended by itself in time."""
