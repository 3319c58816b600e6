"""Requests and sessions over sockets, by aiohttp's client.

One pooled session. No automatic retry, no redirect, no cookie, no proxy from the environment: what is sent, and how
often, is the policies' business alone.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import aiohttp
from aiohttp.hdrs import CONTENT_TYPE
from yarl import URL

from brownout_core.errors import ConfigError
from brownout_core.sessions import GONE, SessionOver, SessionRefused
from brownout_core.transport import (
    MAX_BODY_BYTES,
    ClientConfig,
    Lost,
    NoConnection,
    Opened,
    Request,
    Response,
    Unreadable,
    unsent,
)

# What aiohttp would add by itself; requests carry exactly what their adapter says.
_NO_AUTOMATIC_HEADERS = (CONTENT_TYPE, "User-Agent", "Accept-Encoding")

CLOSING_S: Final = 1.0
"""How long whoever ends a session waits for the vendor's goodbye."""
SWITCHING: Final = 101


class AiohttpTransport:
    """A `Transport` over pooled keep-alive connections, and a `SessionTransport` over some of them. Safe for concurrent
    use; cancellation closes the socket."""

    def __init__(
        self, config: ClientConfig | None = None, *, connect_s: float = 1.0, keep_alive_s: float = 15.0
    ) -> None:
        """`connect_s` bounds one TCP and TLS handshake. The session is opened by the first request, in the loop that
        runs then."""
        if connect_s <= 0:
            raise ConfigError(f"connect_s must be > 0 seconds, got {connect_s}")
        self._connections = (config or ClientConfig()).connections
        self._connect_s = connect_s
        self._keep_alive_s = keep_alive_s
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    @asynccontextmanager
    async def open(self, request: Request) -> AsyncIterator[Opened]:
        answer = await self._begin(request)
        chunks = _read(answer)
        try:
            yield Opened(answer.status, {name.lower(): value for name, value in answer.headers.items()}, chunks)
        finally:
            if answer.content.at_eof():
                answer.release()
            else:
                answer.close()  # somebody left early: the connection ends with them
            await chunks.aclose()

    @asynccontextmanager
    async def connect(self, request: Request) -> AsyncIterator["AiohttpSession"]:
        with _as_ours():
            socket = await self._pool().ws_connect(
                URL(request.url, encoded=True),
                headers=request.headers,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSING_S),
                max_msg_size=MAX_BODY_BYTES,
            )
        try:
            yield AiohttpSession(socket)
        finally:
            await socket.close()

    async def _begin(self, request: Request) -> aiohttp.ClientResponse:
        """Send, and wait for the answer's head."""
        with _as_ours():
            return await self._pool().request(
                request.method,
                URL(request.url, encoded=True),  # as the adapter wrote it, byte for byte
                headers=request.headers,
                data=request.body or None,
                allow_redirects=False,
            )

    async def close(self) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _pool(self) -> aiohttp.ClientSession:
        if self._closed:
            raise NoConnection("the transport is closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=_Connector(limit=self._connections, keepalive_timeout=self._keep_alive_s),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_s),
                middlewares=(_once,),
                skip_auto_headers=_NO_AUTOMATIC_HEADERS,
                auto_decompress=False,
                trust_env=False,
                raise_for_status=False,
            )
        return self._session


class AiohttpSession:
    """A `Session` over a websocket. Pings are answered underneath."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse[bool]) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        try:
            await self._socket.send_str(text)
        except (aiohttp.ClientError, OSError) as error:
            raise SessionOver(self._socket.close_code or GONE) from error

    async def receive(self) -> str:
        while True:
            message = await self._socket.receive()
            if message.type is aiohttp.WSMsgType.TEXT:
                return str(message.data)
            if message.type is not aiohttp.WSMsgType.BINARY:  # nobody who asks for texts is told in bytes
                reason = message.extra if message.type is aiohttp.WSMsgType.CLOSE else ""
                raise SessionOver(self._socket.close_code or GONE, reason or "")


class _Connector(aiohttp.TCPConnector):
    """Says of whoever stops waiting for a connection that nothing was sent."""

    async def connect(self, *arguments: Any, **options: Any) -> aiohttp.connector.Connection:
        try:
            return await super().connect(*arguments, **options)
        except asyncio.CancelledError as cancelled:
            raise unsent(cancelled) from None


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keeps aiohttp from sending a GET again when a connection ends: it does so for errors of its own only."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError as error:
        raise NoConnection(_what(error)) from error
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Lost(_what(error)) from error


@contextmanager
def _as_ours() -> Iterator[None]:
    """Aiohttp's errors on the way to an answer, in the words of `transport` and `sessions`."""
    try:
        yield
    except (NoConnection, Lost):
        raise
    except (ValueError, aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise NoConnection(_what(error)) from error  # a ValueError: the URL cannot be requested
    except aiohttp.WSServerHandshakeError as error:
        if error.status == SWITCHING:
            raise Unreadable(_what(error)) from error
        # aiohttp has thrown the body away: the status must do.
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        raise SessionRefused(Response(error.status, headers, b"")) from error
    except (aiohttp.ClientError, OSError) as error:
        raise _ended(error) from error


async def _read(answer: aiohttp.ClientResponse) -> AsyncGenerator[bytes, None]:
    """The body as it comes. Raises `Lost` where it ends before it is whole."""
    try:
        async for chunk in answer.content.iter_any():
            yield chunk
    except (aiohttp.ClientError, OSError) as error:
        raise _ended(error) from error


def _ended(error: Exception) -> Lost | Unreadable:
    """What an error means that came after the request had been sent."""
    return Unreadable(_what(error)) if isinstance(error, aiohttp.ClientResponseError) else Lost(_what(error))


def _what(error: BaseException) -> str:
    # The class alone: messages quote URLs and header bytes.
    return type(error).__name__
