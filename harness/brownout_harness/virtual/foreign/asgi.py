"""One request as an ASGI call, and the lifespan: what a server for ASGI applications does, without a socket."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from enum import Enum
from typing import Any, Final
from urllib.parse import unquote

from brownout_core.front_door.answers import Answer
from brownout_core.front_door.telling import Outlet
from brownout_harness.asked.request import Request
from brownout_harness.virtual.delivery import HOST

Message = MutableMapping[str, Any]
Scope = dict[str, Any]
Application = Callable[[Scope, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

VERSION: Final = {"version": "3.0", "spec_version": "2.3"}
CLIENT: Final = ("127.0.0.1", 50_000)
NO_ANSWER: Final = Answer(500, {"content-type": "text/plain; charset=utf-8"}, b"Internal Server Error")
"""What a server says for an application that raised, or ended without an answer."""


def scope_of(request: Request, state: MutableMapping[str, Any]) -> Scope:
    """How a server describes a request to an application."""
    path, _, query = request.path.partition("?")
    host, _, port = HOST.partition(":")
    headers = {"host": HOST, "content-length": str(len(request.body))}
    headers |= {name.lower(): value for name, value in request.headers.items()}
    return {
        "type": "http",
        "asgi": VERSION,
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "client": CLIENT,
        "server": (host, int(port)),
        "state": dict(state),
        "extensions": {},
    }


class Exchange:
    """One request. `answer` is done when the answer is whole, or is cancelled when there will be none."""

    def __init__(self, request: Request, outlet: Outlet | None, *, raised: Callable[[Exception], None]) -> None:
        """`raised` is told what the application let escape."""
        loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[Answer] = loop.create_future()
        self.has_left: asyncio.Future[None] = loop.create_future()
        """Done when whoever asked has gone, or has been answered."""
        self.answer.add_done_callback(lambda _answer: self.leave())
        self._request = request
        self._outlet = outlet
        self._raised = raised
        self._is_read = False
        self._head: tuple[int, dict[str, str]] | None = None
        self._body = bytearray()

    def leave(self) -> None:
        """Whoever asked hangs up."""
        if not self.has_left.done():
            self.has_left.set_result(None)

    async def run(self, application: Application, state: MutableMapping[str, Any]) -> None:
        """Ask the application."""
        try:
            if self._outlet is not None:
                self._outlet.leaving_ends_it()
            await application(scope_of(self._request, state), self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - as a server does, whatever it is
            self._raised(error)
        except asyncio.CancelledError:
            self.answer.cancel()
            raise
        if self.answer.done():
            return
        if self._head is None:
            self.answer.set_result(NO_ANSWER)
        else:  # cut off in the middle
            self.answer.cancel()

    async def _receive(self) -> Message:
        if not self._is_read:
            self._is_read = True
            return {"type": "http.request", "body": self._request.body, "more_body": False}
        await asyncio.shield(self.has_left)
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self.answer.done():
            return
        if message["type"] == "http.response.start":
            raw = message.get("headers", ())
            headers = {bytes(name).decode("latin-1"): bytes(value).decode("latin-1") for name, value in raw}
            self._head = (int(message["status"]), headers)
            if self._outlet is not None:
                await self._outlet.begin(*self._head)
        elif message["type"] == "http.response.body":
            if self._head is None:
                raise RuntimeError("an ASGI application sent a body before http.response.start")
            await self._take(bytes(message.get("body", b"")), more=bool(message.get("more_body", False)))

    async def _take(self, piece: bytes, *, more: bool) -> None:
        assert self._head is not None  # noqa: S101 - the caller looked
        self._body += piece
        if self._outlet is not None and piece:
            await self._outlet.write(piece)
        if not more and not self.answer.done():
            self.answer.set_result(Answer(*self._head, bytes(self._body)))


class Stage(Enum):
    """How far a lifespan is."""

    STARTING = "starting"
    SERVING = "serving"
    FAILED = "failed"


class Lifespan:
    """What an application does before its first request and after its last. Without one it serves at once."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}
        self.stage = Stage.STARTING
        self.why = ""
        """Why it does not serve."""
        self.gave_up = ""
        """The error that it ended with, though it had asked what to do: while it started, it serves without one."""
        loop = asyncio.get_running_loop()
        self._settled: asyncio.Future[None] = loop.create_future()
        self._is_to_end: asyncio.Future[None] = loop.create_future()
        self._has_ended: asyncio.Future[None] = loop.create_future()
        self._asked = 0

    async def run(self, application: Application) -> None:
        """For as long as the application lives."""
        scope = {"type": "lifespan", "asgi": VERSION, "state": self.state}
        try:
            await application(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - most often: it knows no lifespan, and serves all the same
            if self._asked:
                self.gave_up = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
        finally:
            self._settle(Stage.SERVING)
            _done(self._has_ended)

    async def started(self) -> None:
        """Once it serves, or has failed."""
        await asyncio.shield(self._settled)

    async def shut_down(self) -> None:
        """Tell it to end, and wait until it has."""
        _done(self._is_to_end)
        await asyncio.shield(self._has_ended)

    async def _receive(self) -> Message:
        self._asked += 1
        if self._asked == 1:
            return {"type": "lifespan.startup"}
        await asyncio.shield(self._is_to_end)
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "lifespan.startup.complete":
            self._settle(Stage.SERVING)
        elif kind == "lifespan.startup.failed":
            self.why = str(message.get("message", "")) or "it said so, and not why"
            self._settle(Stage.FAILED)
        elif kind.startswith("lifespan.shutdown"):
            _done(self._has_ended)

    def _settle(self, stage: Stage) -> None:
        if not self._settled.done():
            self.stage = stage
            self._settled.set_result(None)


def _done(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
