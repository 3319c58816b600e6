"""Requests answered in this process by a function, and sessions that it opens: for virtual time, and for tests of code
that sends requests."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Self

from brownout_core.sessions import Session
from brownout_core.transport import Opened, Request, Response

Handler = Callable[[Request], Awaitable[Response | Opened]]
"""Answers a request, whole or as it comes, or raises `NoConnection`, `Lost` or `Unreadable`, or never returns (a
hang)."""


Opener = Callable[[Request], AbstractAsyncContextManager[Session]]
"""Opens a session, or raises what `SessionTransport.connect` raises."""


class MemorySessions:
    """A `SessionTransport` without sockets."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener

    def connect(self, request: Request) -> AbstractAsyncContextManager[Session]:
        return self._opener(request)


class MemoryTransport:
    """A `Transport` without sockets. Who stops waiting cancels the handler's await, as closing a socket would."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        return _Opening(self._handler, request)

    async def close(self) -> None:
        return


class _Opening:
    """One request and its answer. A class, for a generator would be half the cost of a request in memory."""

    __slots__ = ("_handler", "_request", "_stream")

    def __init__(self, handler: Handler, request: Request) -> None:
        self._handler = handler
        self._request = request
        self._stream: AsyncIterator[bytes] | None = None

    async def __aenter__(self) -> Opened:
        answer = await self._handler(self._request)
        if isinstance(answer, Response):
            return Opened(answer.status, answer.headers, OneChunk(answer.body))
        self._stream = answer.chunks
        return answer

    async def __aexit__(self, *_error: object) -> None:
        # Who leaves early hangs up: a generator is told at once, not when it is collected.
        if isinstance(self._stream, AsyncGenerator):
            await self._stream.aclose()


class OneChunk(AsyncIterator[bytes]):
    """A whole body as the stream that it is a case of."""

    __slots__ = ("_chunk",)

    def __init__(self, chunk: bytes) -> None:
        self._chunk: bytes | None = chunk or None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        chunk = self._chunk
        if chunk is None:
            raise StopAsyncIteration
        self._chunk = None
        return chunk
