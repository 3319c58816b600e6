"""What the proxies have seen: every connection, its bytes, and what each toxic did to it.

Instants are the machine's monotonic clock, in seconds, as in the books of a run.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from brownout_harness.wire.chain import Strike
from brownout_harness.wire.toxic import Stream

CONNECTIONS_KEPT: Final = 100_000
"""The newest; how many older ones are forgotten is counted."""


@dataclass(slots=True)
class Tally:
    """Bytes of one direction."""

    straight: int = 0
    """Written on as they came, where no toxic was set."""
    taken: int = 0
    """The others, as they came,"""
    given: int = 0
    """and as they went."""

    @property
    def received(self) -> int:
        """By the proxy."""
        return self.straight + self.taken

    @property
    def sent(self) -> int:
        """By the proxy."""
        return self.straight + self.given

    def add(self, other: "Tally") -> None:
        """Those of another connection."""
        self.straight += other.straight
        self.taken += other.taken
        self.given += other.given

    def as_json(self) -> dict[str, int]:
        """What came and what went."""
        return {"received": self.received, "sent": self.sent}


def tallies() -> dict[Stream, Tally]:
    """One for each direction."""
    return {stream: Tally() for stream in Stream}


@dataclass(slots=True)
class Passage:
    """One connection through a proxy. It grows until it is closed."""

    proxy: str
    connection: int
    """The proxy's first is 1."""
    opened_s: float
    client: str
    """The address that the client has."""
    seen_as: str = ""
    """The address that the server sees; "" where it could not be reached."""
    closed_s: float | None = None
    bytes: dict[Stream, Tally] = field(default_factory=tallies)
    strikes: list[tuple[Stream, Strike]] = field(default_factory=list)
    fate: str = ""
    """What ended it that is no toxic: the server could not be reached, the proxy was taken down."""

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "proxy": self.proxy,
            "connection": self.connection,
            "opened_s": self.opened_s,
            "closed_s": self.closed_s,
            "client": self.client,
            "seen_as": self.seen_as,
            "bytes": {stream.value: tally.as_json() for stream, tally in self.bytes.items()},
            "strikes": [{"stream": stream.value, **strike.as_json()} for stream, strike in self.strikes],
            "fate": self.fate,
        }


class Books:
    """Of all proxies of a server."""

    def __init__(self, kept: int = CONNECTIONS_KEPT) -> None:
        self.passages: deque[Passage] = deque(maxlen=kept)
        self.forgotten = 0

    def open(self, passage: Passage) -> None:
        """A connection has been accepted."""
        self.forgotten += len(self.passages) == self.passages.maxlen
        self.passages.append(passage)
