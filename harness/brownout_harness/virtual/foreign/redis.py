"""A Redis on the network in memory: fakeredis' commands behind the protocol that clients speak.

It is no process of the application's: what it holds survives a kill. Its keys expire by the run's clock.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast

from fakeredis import FakeServer

# The one that its server on sockets uses, too; it is nowhere else.
from fakeredis._clients._tcp_server import encode_reply
from fakeredis._socket import AsyncFakeSocket
from redis.asyncio import Redis

NAME: Final = "redis.localhost"
PORT: Final = 6379
URL: Final = f"redis://{NAME}:{PORT}/0"


class Serving(AsyncFakeSocket):
    """One client of it, whose replies go out as bytes."""

    def __init__(self, server: FakeServer, write: Callable[[bytes], None]) -> None:
        super().__init__(server, 0, client_class=Redis)
        self._write = write

    def put_response(self, msg: Any) -> None:
        """As `AsyncFakeSocket` does, but on the wire."""
        if self.responses is not None:  # else the client has gone
            self._write(encode_reply(msg, self._client_info.protocol_version))


class RedisConnection(asyncio.Protocol):
    """One connection to it."""

    def __init__(self, server: FakeServer) -> None:
        self._server = server
        self._transport: asyncio.Transport
        self._serving: Serving

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        self._transport = cast("asyncio.Transport", transport)
        self._serving = Serving(self._server, self._transport.write)

    def data_received(self, data: bytes) -> None:
        """Commands, or pieces of some."""
        try:
            self._serving.sendall(data)
        except Exception as error:  # noqa: BLE001 - not Redis' protocol: as a server does
            self._transport.write(encode_reply(error, 2))
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The client has gone."""
        self._serving.close()
