"""Requests over sockets, by aiohttp's client.

One pooled session. No automatic retry, no redirect, no cookie, no proxy from the environment: what is sent, and how
often, is the policies' business alone.
"""

import aiohttp
from aiohttp.hdrs import CONTENT_TYPE
from yarl import URL

from brownout_core.errors import ConfigError
from brownout_core.transport import Lost, NoConnection, Request, Response, Unreadable

# What aiohttp would add by itself; requests carry exactly what their adapter says.
_NO_AUTOMATIC_HEADERS = (CONTENT_TYPE, "User-Agent", "Accept-Encoding")

MAX_BODY_BYTES = 8 * 1024 * 1024
"""An answer longer than this is not read further: a vendor's endless body must not fill the memory."""


class AiohttpTransport:
    """A `Transport` over pooled keep-alive connections. Safe for concurrent use; cancellation closes the socket."""

    def __init__(self, *, connections: int = 200, connect_s: float = 1.0, keep_alive_s: float = 15.0) -> None:
        """`connections` bounds the pool per transport; `connect_s` bounds one TCP and TLS handshake. The session is
        opened by the first request, in the loop that runs then."""
        if connections < 1:
            raise ConfigError(f"connections must be >= 1, got {connections}")
        if connect_s <= 0:
            raise ConfigError(f"connect_s must be > 0 seconds, got {connect_s}")
        self._connections = connections
        self._connect_s = connect_s
        self._keep_alive_s = keep_alive_s
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def send(self, request: Request) -> Response:
        session = self._open()
        try:
            async with session.request(
                request.method,
                URL(request.url, encoded=True),  # as the adapter wrote it, byte for byte
                headers=request.headers,
                data=request.body or None,
                allow_redirects=False,
            ) as answer:
                body = await _read(answer)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status, headers, body)
        except (NoConnection, Lost):
            raise
        except (ValueError, aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NoConnection(_what(error)) from error  # a ValueError: the URL cannot be requested
        except aiohttp.ClientResponseError as error:
            raise Unreadable(_what(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Lost(_what(error)) from error

    async def close(self) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._closed:
            raise NoConnection("the transport is closed")
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=self._keep_alive_s)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_s),
                middlewares=(_once,),
                skip_auto_headers=_NO_AUTOMATIC_HEADERS,
                auto_decompress=False,
                trust_env=False,
                raise_for_status=False,
            )
        return self._session


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keeps aiohttp from sending a GET again when a connection ends: it does so for errors of its own only."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError as error:
        raise NoConnection(_what(error)) from error
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Lost(_what(error)) from error


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise aiohttp.ClientPayloadError(f"body is longer than {MAX_BODY_BYTES} bytes")
    return bytes(body)


def _what(error: BaseException) -> str:
    # The class alone: messages quote URLs and header bytes.
    return type(error).__name__
