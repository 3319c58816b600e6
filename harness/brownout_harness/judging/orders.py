"""What an operator asked of the application's desk while it ran, and what he was told: claims, like telemetry."""

from collections.abc import Iterable
from typing import Final, NamedTuple

REDRIVE: Final = "redrive"
DISCARD: Final = "discard"
OPEN: Final = "open"
CLOSE: Final = "close"
HEALTH: Final = "health"
DONE: Final = "done"
DISCARDED: Final = "discarded"
"""The state of a letter that was given up."""


class Order(NamedTuple):
    """One thing that was asked for, of one letter, of one breaker, or of the application."""

    what: str
    """`redrive`, `discard`, `open`, `close` or `health`."""
    of: str
    """The letter's id, or the vendor; empty for `health`."""
    asked_s: float
    told_s: float
    told: str
    """`done`, or what else it said: `busy`, `conflict`, `degraded`."""
    operation_id: str = ""
    """Whose letter it is."""
    expected: str = ""
    """What it was to say, where the scenario knows that beforehand."""


class Came(NamedTuple):
    """What came of an operator's visit."""

    said: str
    """In words."""
    orders: tuple[Order, ...] = ()


def given_up(orders: Iterable[Order]) -> frozenset[str]:
    """The ids of the letters that were discarded because an operator wanted it so."""
    return frozenset(each.of for each in orders if each.what == DISCARD and each.told == DONE)
