"""An answer that goes out as it is made, over aiohttp: as fast as it is read, and for as long as somebody reads it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web


class Server(web.Server):
    """aiohttp's, which says at once when a caller has gone: its own word would come with the next piece, which may be
    long in coming, and is paid for."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._leaving: dict[Any, Callable[[], object]] = {}

    def when_gone(self, connection: Any, leave: Callable[[], object]) -> None:
        """Call `leave` should this connection be lost, until it `stays`."""
        self._leaving[connection] = leave

    def stays(self, connection: Any) -> None:
        """What was asked on it has been answered."""
        self._leaving.pop(connection, None)

    def connection_lost(self, handler: Any, exc: BaseException | None = None) -> None:
        """aiohttp's own call."""
        super().connection_lost(handler, exc)
        leave = self._leaving.pop(handler, None)
        if leave is not None:
            leave()


class HttpOutlet:
    """One request's."""

    def __init__(self, request: web.BaseRequest, server: Server, task: "asyncio.Task[Any]") -> None:
        """`task` answers it."""
        self.response: web.StreamResponse | None = None
        """Once it has begun."""
        self._request = request
        self._server = server
        self._task = task

    def leaving_ends_it(self) -> None:
        """His task is cancelled."""
        if self._request.transport is None:
            self._task.cancel()
        else:
            self._server.when_gone(self._request.protocol, self._task.cancel)

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """The head goes out."""
        self.response = web.StreamResponse(status=status, headers=headers)
        await self._write(self.response.prepare(self._request))

    async def write(self, piece: bytes) -> None:
        """In a chunk of its own; waits while the caller does not read."""
        assert self.response is not None  # noqa: S101 - a body comes behind its head
        await self._write(self.response.write(piece))

    async def end(self) -> web.StreamResponse:
        """The body is whole."""
        assert self.response is not None  # noqa: S101 - what has not begun does not end
        await self._write(self.response.write_eof())
        return self.response

    async def _write(self, writing: Any) -> None:
        try:
            await writing
        except ConnectionResetError:  # the caller left in this very moment, or was cut off
            raise asyncio.CancelledError from None

    def cut(self) -> None:
        """The connection is gone, without the chunk that would end the body."""
        if self._request.transport is not None:
            self._request.transport.abort()
