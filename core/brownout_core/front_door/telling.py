"""An answer that is told as it is made: server-sent events, of which the last one says how it ended.

    event: piece
    data: {"text": "Hel"}

    event: done
    data: {"http_status": 200, "characters": 5, "status": "done", "by": "openai", …}

The last one is `done`, or `error` where the answer is not whole and will not be. It has what the body of an answer has,
but for the text, which has been told; and of how many characters that was. What goes wrong before the first piece is an
answer as any other, with a status of its own. A stream without its last event was cut off.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import orjson

from brownout_core.front_door.answers import Answer

EVENT_STREAM: Final = "text/event-stream"
PIECE: Final = "piece"
DONE: Final = "done"
ERROR: Final = "error"


class Outlet(Protocol):
    """Where an answer goes that comes in pieces. Of one caller, for one answer."""

    def leaving_ends_it(self) -> None:
        """From now on what is done for the caller is cancelled when he leaves."""
        ...

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """The head."""
        ...

    async def write(self, piece: bytes) -> None:
        """Some of the body. Returns once there is room for more; cancelled where the caller has gone."""
        ...

    def cut(self) -> None:
        """Leave it at that: nobody may take it for whole."""
        ...


class Telling:
    """One answer, told to one caller."""

    def __init__(self, outlet: Outlet, headers: Mapping[str, str]) -> None:
        self.has_begun = False
        self._outlet = outlet
        self._headers = {**headers, "Content-Type": EVENT_STREAM, "Cache-Control": "no-store"}
        self._characters = 0
        self._is_stuck = False

    async def say(self, text: str) -> None:
        """One piece. Given up in the middle, it is the last one."""
        self._is_stuck = True
        if not self.has_begun:
            self.has_begun = True
            await self._outlet.begin(200, self._headers)
        self._characters += len(text)
        await self._outlet.write(event(PIECE, {"text": text}))
        self._is_stuck = False

    async def end(self, answer: Answer, *, spoken: str = "") -> Answer:
        """Say how it ended: what `answer` says, but for the part that was `spoken`. Returns the head, for the body has
        gone out."""
        if self._is_stuck:  # half a piece may be on its way, and whoever does not read hears no last word either
            self._outlet.cut()
        else:
            told = {"http_status": answer.status, "characters": self._characters, **orjson.loads(answer.body)}
            told.pop(spoken, None)
            await self._outlet.write(event(DONE if answer.status < 400 else ERROR, told))
        return Answer(200, self._headers, b"")


def event(name: str, data: Mapping[str, Any]) -> bytes:
    """As it goes out."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps(data))
