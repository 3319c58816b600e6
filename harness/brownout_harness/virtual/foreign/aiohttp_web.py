"""An application of aiohttp's as an ASGI one: aiohttp's own server, with one connection in memory per request."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any, Final

import h11

from brownout_harness.virtual.foreign.asgi import CLIENT, Application, Message, Scope
from brownout_harness.virtual.foreign.transports import pair

SERVER: Final = ("127.0.0.1", 8080)
NOBODY_POLLS: Final = -1

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def as_asgi(application: Any) -> Application:
    """The application itself, unless it is one of aiohttp's."""
    home = type(application).__module__
    return AiohttpWeb(application) if home.startswith("aiohttp.web") else application


class AiohttpWeb:
    """Calls it as ASGI applications are called. Of one event loop."""

    def __init__(self, application: Any) -> None:
        from aiohttp import web  # takes long, and is there: the application has it

        self._runner = web.AppRunner(application, handle_signals=False, access_log=None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or live."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._runner.setup()
        except Exception as error:  # noqa: BLE001 - whatever keeps it from starting is told as ASGI does
            await send({"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._runner.cleanup()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._runner.server is not None  # noqa: S101 - it is asked once it has started
        loop, asking = asyncio.get_running_loop(), _Asking()
        here, there = pair(loop, (CLIENT, copy_context()), (SERVER, copy_context()), 0.0, NOBODY_POLLS)
        serving = self._runner.server()
        here.set_protocol(asking)
        there.set_protocol(serving)
        serving.connection_made(there)
        here.write(asking.request(scope, (await receive())["body"]))
        try:
            while (event := await asking.events.get()) is not None:
                await send(event)
        finally:
            here.close()


class _Asking(asyncio.Protocol):
    """The client's side: one request, and its answer as ASGI messages; None behind the last one."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[Message | None] = asyncio.Queue()
        self._parser = h11.Connection(h11.CLIENT)

    def request(self, scope: Scope, body: bytes) -> bytes:
        """As bytes."""
        query = scope["query_string"]
        target = scope["raw_path"] + (b"?" + query if query else b"")
        head = h11.Request(method=scope["method"], target=target, headers=scope["headers"])
        parts = [self._parser.send(each) for each in (head, h11.Data(data=body), h11.EndOfMessage())]
        return b"".join(part for part in parts if part)

    def data_received(self, data: bytes) -> None:
        """A piece of the answer."""
        self._parser.receive_data(data)
        self._read()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The server has hung up: an answer that was not over is cut off."""
        self.events.put_nowait(None)

    def _read(self) -> None:
        while True:
            event = self._parser.next_event()
            if isinstance(event, h11.Response):
                headers = [(bytes(name), bytes(value)) for name, value in event.headers]
                self._put({"type": "http.response.start", "status": event.status_code, "headers": headers})
            elif isinstance(event, h11.Data):
                self._put({"type": "http.response.body", "body": bytes(event.data), "more_body": True})
            elif isinstance(event, h11.EndOfMessage):
                self._put({"type": "http.response.body", "body": b""})
                self.events.put_nowait(None)
                return
            else:
                return

    def _put(self, message: Message) -> None:
        self.events.put_nowait(message)
