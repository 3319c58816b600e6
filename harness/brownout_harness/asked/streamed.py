"""An answer that comes as it is made: when its pieces came, and what its last event says. Pure, for both drivers.

The gateway says how a stream ended in its last event, `done` or `error`. A stream without one was cut off, and is no
answer, whatever came before; nor is one whose pieces are not all that its end says there were.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from brownout_core.front_door.telling import DONE, ERROR, EVENT_STREAM, PIECE
from brownout_harness.asked.exchange import parsed

NO_END: Final = "stream_without_end"
"""The detail of an answer that was cut off, though its bytes came to an end."""

_BREAK: Final = re.compile(rb"\r?\n\r?\n")
_FIRST: Final = b"event:"


class Event(NamedTuple):
    """One event of a stream."""

    name: str
    data: bytes


class Heard:
    """What a caller has of one answer, as it comes. Instants are on one clock of the driver's."""

    __slots__ = ("_last_s", "_seen", "body", "first_s", "longest_gap_s")

    def __init__(self) -> None:
        self.body = bytearray()
        self.first_s: float | None = None
        """When the first event was in; None: none was."""
        self.longest_gap_s: float | None = None
        """The longest wait between two events; the one for the end, or until it was given up, is one, too."""
        self._last_s = 0.0
        self._seen = 0

    def add(self, chunk: bytes, at_s: float) -> None:
        """Some of the body. Only a whole event is anything to a reader: no comment, no half of one."""
        self.body += chunk
        while found := _BREAK.search(self.body, self._seen):
            is_event = b"data:" in self.body[self._seen : found.start()]
            self._seen = found.end()
            if is_event:
                self._came(at_s)

    def _came(self, at_s: float) -> None:
        if self.first_s is None:
            self.first_s = self._last_s = at_s
        self.over(at_s)
        self._last_s = at_s

    def over(self, at_s: float) -> None:
        """It has ended, or nobody waits for it any more."""
        if self.first_s is not None:
            self.longest_gap_s = max(self.longest_gap_s or 0.0, at_s - self._last_s)


def is_streamed(headers: Mapping[str, str]) -> bool:
    """Whether an answer with such headers comes as it is made."""
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    return kind.partition(";")[0].strip().lower() == EVENT_STREAM


def events_in(body: bytes) -> Iterator[Event]:
    """The whole events of a body; half a one at its end is none."""
    *blocks, _rest = _BREAK.split(body)
    for block in blocks:
        fields = [line.partition(b":") for line in block.splitlines()]
        named = [value.strip() for name, _, value in fields if name == b"event"]
        data = [value.removeprefix(b" ") for name, _, value in fields if name == b"data"]
        if data:
            yield Event(named[-1].decode("ascii", "replace") if named else "", b"\n".join(data))


def answer_in(status: int, body: bytes) -> tuple[int, Mapping[str, Any]] | None:
    """The gateway's answer: its status and what it says. Of a stream as its last event has it; None: it was cut off."""
    if not body.startswith(_FIRST):
        return status, parsed(body)
    *pieces, last = [*events_in(body)] or [Event("", b"")]
    told = parsed(last.data)
    characters = sum(len(str(parsed(each.data).get("text", ""))) for each in pieces if each.name == PIECE)
    ended = told.get("http_status")
    if last.name not in {DONE, ERROR} or not isinstance(ended, int) or told.get("characters") != characters:
        return None
    if (last.name == DONE) != (ended < 400):
        return None
    return ended, told


def told_in(body: bytes, end: str) -> Mapping[str, Any] | None:
    """What a stream says that ends with an event of that name, or that data: the last JSON object in it. None: it was
    cut off, or is no stream."""
    events = [*events_in(body)]
    if not events or end.encode() not in {events[-1].name.encode(), events[-1].data}:
        return None
    return next((said for each in reversed(events) if (said := parsed(each.data))), {})


def words_in(body: bytes) -> bytes:
    """What the pieces of a stream say together: what must not leak may be spread over several. Empty of a whole
    answer."""
    if not body.startswith(_FIRST):
        return b""
    return "".join(str(parsed(each.data).get("text", "")) for each in events_in(body) if each.name == PIECE).encode(
        "utf-8", "replace"
    )
