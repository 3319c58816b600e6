"""The narrow waist between the core and HTTP: one request, one answer. The stream is the primitive.

`open` gives an answer whose body is still on its way, `Opened.whole` reads it to its end. Two implementations:
`transports.aiohttp` and `transports.memory`, which `transports.pooled` gives the bound that the former has by itself.
An attempt's timeout is not a transport's business; it cancels, and cancellation must reach the socket.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, Protocol

from brownout_core.errors import ConfigError

MAX_BODY_BYTES = 8 * 1024 * 1024
"""A whole body longer than this is not read further: a vendor's endless answer must not fill the memory."""


class Request(NamedTuple):
    """One HTTP request. Header names as the vendor documents them; the body is already encoded."""

    method: str
    url: str
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""


class Response(NamedTuple):
    """One whole HTTP answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Opened(NamedTuple):
    """An answer that has begun. Header names are in lower case; `chunks` ends where the body is whole."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]

    async def whole(self) -> Response:
        """Read to its end. Raises what its chunks raise, and `Lost` where it is longer than anybody should read."""
        chunks = []
        size = 0
        async for chunk in self.chunks:
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                raise Lost(f"the body is longer than {MAX_BODY_BYTES} bytes")
            chunks.append(chunk)
        return Response(self.status, self.headers, chunks[0] if len(chunks) == 1 else b"".join(chunks))


class NoConnection(Exception):
    """No connection was made: the request surely was not sent."""


class Lost(Exception):
    """The connection ended after the request was (perhaps partly) sent and before the answer was whole."""


class Unreadable(Exception):
    """The bytes that came back are not HTTP."""


_UNSENT = "cancelled before a connection was there"


def unsent(cancelled: asyncio.CancelledError) -> asyncio.CancelledError:
    """What a transport raises instead of `cancelled` if there was no connection yet, so nothing was sent.

    No class of its own: `asyncio.timeout` turns exactly `CancelledError` into its `TimeoutError`, and no subclass.
    """
    return asyncio.CancelledError(_UNSENT, *cancelled.args)


def was_unsent(error: BaseException | None) -> bool:
    """Whether a cancellation struck before anything was sent."""
    return isinstance(error, asyncio.CancelledError) and error.args[:1] == (_UNSENT,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """How a vendor's client is connected to it."""

    connections: int = 200  # open at once; who needs one more waits for it, and has sent nothing until then

    def __post_init__(self) -> None:
        if not 1 <= self.connections <= 1_000_000:
            raise ConfigError(f"connections must be in [1, 1000000], got {self.connections}")


class Transport(Protocol):
    """Sends requests. Safe for concurrent use."""

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        """Send; inside, the answer's head is there and its chunks come. Leaving early closes the connection.

        Raises, on the way in and from `chunks`:
            NoConnection: nothing was sent.
            Lost: sent, and no whole answer came.
            Unreadable: sent, and what came is not HTTP.
            asyncio.CancelledError: `was_unsent` tells whether it struck before anything was sent.
        """
        ...

    async def close(self) -> None:
        """Close every connection. Idempotent."""
        ...
