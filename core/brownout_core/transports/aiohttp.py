"""Requests over sockets, by aiohttp's client.

One pooled session. No automatic retry, no redirect, no cookie, no proxy from the environment: what is sent, and how
often, is the policies' business alone.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp.hdrs import CONTENT_TYPE
from yarl import URL

from brownout_core.errors import ConfigError
from brownout_core.transport import ClientConfig, Lost, NoConnection, Opened, Request, Unreadable, unsent

# What aiohttp would add by itself; requests carry exactly what their adapter says.
_NO_AUTOMATIC_HEADERS = (CONTENT_TYPE, "User-Agent", "Accept-Encoding")


class AiohttpTransport:
    """A `Transport` over pooled keep-alive connections. Safe for concurrent use; cancellation closes the socket."""

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

    async def _begin(self, request: Request) -> aiohttp.ClientResponse:
        """Send, and wait for the answer's head."""
        try:
            return await self._pool().request(
                request.method,
                URL(request.url, encoded=True),  # as the adapter wrote it, byte for byte
                headers=request.headers,
                data=request.body or None,
                allow_redirects=False,
            )
        except (NoConnection, Lost):
            raise
        except (ValueError, aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NoConnection(_what(error)) from error  # a ValueError: the URL cannot be requested
        except (aiohttp.ClientError, OSError) as error:
            raise _ended(error) from error

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
