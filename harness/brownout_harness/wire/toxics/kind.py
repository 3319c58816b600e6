"""What every toxic is made of: its attributes (`Kind`), and the state that it has on one link (`Acting`).

A link is one direction of one connection. Its bytes come in chunks, and it ends once. Both are handed to the toxic
with the instant at which they come; it answers with a plan: what goes on, and when. It holds no clock, no timer and no
socket, so it does the same in an asyncio proxy and in virtual time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from random import Random
from typing import Any, ClassVar, Final, NamedTuple, Self

from brownout_simulators.spelling import named, nearest, shown

MOST: Final = 2**31 - 1
"""Of any attribute: 24 days of milliseconds, 2 GiB. Toxiproxy takes more, and some of that ends its process."""
READ_BYTES: Final = 32 * 1024
"""As much as Toxiproxy reads at once: no chunk is larger."""


class ToxicError(ValueError):
    """An attribute that makes no sense; the message names it and what it may be."""


class End(Enum):
    """How a link ends."""

    EOF = "eof"  # the sender has no more to say: the other direction may go on
    CLOSE = "close"  # both directions are over, with what has been sent still delivered
    RESET = "reset"  # both are over at once, with RST


class Chunk(NamedTuple):
    """Bytes under way."""

    data: bytes
    stamp_s: float
    """When they were read, and by how much latency has moved them since: a delay counts from here, as in Toxiproxy."""


Item = Chunk | End


class Planned(NamedTuple):
    """What goes on, and when; never before what was planned earlier."""

    at_s: float
    item: Item


class Acting:
    """A toxic at work on one link. As it stands: it lets everything pass."""

    __slots__ = ()

    ENDS_WHEN_REMOVED: ClassVar[bool] = False
    """Whether a connection outlives the toxic's removal."""

    def begins(self, now_s: float, before: "Acting | None") -> float | None:  # noqa: ARG002
        """It sets in, on a new link or one that was open, after `before` where its attributes were changed.

        Returns when `woken` is to be called, if it is.
        """
        return None

    def woken(self, now_s: float) -> Sequence[Planned]:  # noqa: ARG002
        """The instant that `begins` named has come."""
        return ()

    def arrived(self, chunk: Chunk, now_s: float) -> Sequence[Planned]:
        """Bytes come, at most `READ_BYTES`, never none."""
        return (Planned(now_s, chunk),)

    def ended(self, end: End, now_s: float) -> Sequence[Planned]:
        """The link ends before this toxic; nothing comes afterwards."""
        return (Planned(now_s, end),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A toxic's attributes: numbers that cannot be wrong. A field is named as in the API, with its unit behind it.

    Raises `ToxicError` where one is negative, no number or too large.
    """

    ATTRIBUTES: ClassVar[Mapping[str, str]] = {}
    """The fields, by the names that the API has for them."""

    def __post_init__(self) -> None:
        for name, field in self.ATTRIBUTES.items():
            value = getattr(self, field)
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not is_number or not 0 <= value <= MOST:
                raise ToxicError(f"{name} must be from 0 to {MOST}, got {shown(value)}")

    @property
    def holds_bytes(self) -> float:
        """So much may wait in it before the sender has to."""
        return READ_BYTES

    def on_link(self, rng: Random) -> Acting:  # noqa: ARG002
        """Its state on a link that begins. `rng` is that link's own."""
        return Acting()

    @classmethod
    def from_attributes(cls, attributes: Mapping[str, Any], base: "Kind | None" = None) -> Self:
        """From what the API was given: whole numbers, those that are left out as in `base`, or 0.

        Raises:
            ToxicError: one is unknown, or makes no sense.
        """
        given = {} if base is None else {field.name: getattr(base, field.name) for field in fields(base)}
        for name, value in attributes.items():
            if name not in cls.ATTRIBUTES:
                near = nearest(str(name), cls.ATTRIBUTES, at_all=True)
                raise ToxicError(f"no such attribute: {named(name)}" + (f"; do you mean {near}?" if near else ""))
            if value is None:  # as Go reads it: not given
                continue
            if not isinstance(value, int) or isinstance(value, bool):
                raise ToxicError(f"{name} must be a whole number, got {shown(value)}")
            given[cls.ATTRIBUTES[name]] = value
        return cls(**given)

    def as_attributes(self) -> dict[str, float]:
        """As the API shows them."""
        return {name: getattr(self, field) for name, field in self.ATTRIBUTES.items()}
