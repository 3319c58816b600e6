"""The store as a process of a run, and what can be done to it that can be done to no other.

It is the Redis that the harness starts for the target, whichever it is: the gateway keeps its claims there. Nothing of
it is on disk: a killed one comes back empty.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

STORE: Final = "store"
"""As a process of a scenario."""

Store: TypeAlias = Literal["store"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """The store holds again what it held a while ago, as after a backup was put back."""

    store: None
    """Stands alone: there is one."""
    from_s: float
    """How long ago, counted from the action. What came to be meanwhile is gone."""

    def __post_init__(self) -> None:
        if self.from_s <= 0:
            raise ValueError("from: must be longer than 0s")
