"""The narrow waist between the core and HTTP: one request, one answer, whole bodies.

Two implementations: `transports.aiohttp` and `transports.memory`. An attempt's timeout is not a transport's
business; it cancels `send`, and cancellation must reach the socket.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol


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


class NoConnection(Exception):
    """No connection was made: the request surely was not sent."""


class Lost(Exception):
    """The connection ended after the request was (perhaps partly) sent and before the answer was whole."""


class Unreadable(Exception):
    """The bytes that came back are not HTTP."""


class Transport(Protocol):
    """Sends one request and returns the whole answer. Safe for concurrent use."""

    async def send(self, request: Request) -> Response:
        """Send and wait for the whole answer.

        Raises:
            NoConnection: nothing was sent.
            Lost: sent, and no whole answer came.
            Unreadable: sent, and what came is not HTTP.
        """
        ...

    async def close(self) -> None:
        """Close every connection. Idempotent."""
        ...
