"""Server-sent events, as they come: bytes to the data of whole events.

Pieces of a connection end anywhere, inside of a character too; lines end in LF or CRLF. Comments and the names of
events are left out. What a cut stream leaves behind is no event, and `Unfinished` says so: the specification would
drop it.
"""

import re
from collections.abc import Iterator

LONGEST = 4 * 1024 * 1024
"""Bytes of one event; a longer one is nothing that anybody sends, and must not fill the memory."""

_BLANK = re.compile(rb"\r?\n\r?\n")


class Unfinished(Exception):
    """The stream ended within an event, or an event has no end."""


class Events:
    """One stream's. For one reader."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def take(self, chunk: bytes) -> Iterator[bytes]:
        """The data of each event that is whole now. Raises `Unfinished` for one without an end."""
        *whole, self._rest = _BLANK.split(self._rest + chunk)
        if len(self._rest) > LONGEST:
            raise Unfinished(f"an event is longer than {LONGEST} bytes")
        return filter(None, map(_data, whole))

    def end(self) -> None:
        """Nothing more will come. Raises `Unfinished` within an event."""
        if self._rest.strip():
            raise Unfinished("the stream ends within an event")


def _data(event: bytes) -> bytes:
    lines = (line.rstrip(b"\r") for line in event.split(b"\n"))
    return b"\n".join(line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:"))
