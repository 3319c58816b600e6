"""What is true of real sockets: every byte is told of, a reset is an RST."""

import asyncio
import socket
from typing import cast

from brownout_simulators.hosts.http1 import transports
from tests.simulators.hosts.conftest import Run


class Server(asyncio.Protocol):
    """Notes what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.there = asyncio.Event()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        transports.tell_of_every_byte(self.transport)
        self.there.set()

    def pause_writing(self) -> None:
        self.said.append("paused")

    def resume_writing(self) -> None:
        assert self.transport is not None
        self.said.append(f"resumed with {self.transport.get_write_buffer_size()} left")


async def connected() -> tuple[asyncio.Server, Server, asyncio.Transport, socket.socket]:
    """A server's protocol and transport, and the client's socket."""
    loop, protocol, client = asyncio.get_running_loop(), Server(), socket.socket()
    server = await loop.create_server(lambda: protocol, "127.0.0.1", 0)
    client.setblocking(False)
    await loop.sock_connect(client, server.sockets[0].getsockname())
    await protocol.there.wait()
    assert protocol.transport is not None
    return server, protocol, protocol.transport, client


async def read_to_the_end(client: socket.socket, count: int = 1 << 40) -> int:
    """How many bytes came."""
    got = 0
    async with asyncio.timeout(10):
        while got < count and (piece := await asyncio.get_running_loop().sock_recv(client, 1 << 20)):
            got += len(piece)
    return got


def test_not_a_byte_is_held_back_without_a_word(run: Run) -> None:
    async def main() -> None:
        server, protocol, transport, client = await connected()
        written = 0
        while not transport.get_write_buffer_size():  # until the kernel takes no more
            assert protocol.said == []
            transport.write(bytes(1000))
            written += 1000
        assert protocol.said == ["paused"]
        await read_to_the_end(client, written)
        async with asyncio.timeout(10):
            while len(protocol.said) < 2:  # noqa: ASYNC110  the transport has no event for it
                await asyncio.sleep(0)
        assert protocol.said[1] == "resumed with 0 left"
        transport.close()
        client.close()
        server.close()

    run(main())


def test_a_reset_is_an_rst_also_where_the_client_was_quicker(run: Run) -> None:
    async def main() -> None:
        for client_is_quicker in (False, True):
            server, _, transport, client = await connected()
            if client_is_quicker:
                client.close()
            transports.reset(transport)
            if not client_is_quicker:
                try:
                    await read_to_the_end(client)
                except ConnectionResetError:
                    client.close()
                else:
                    raise AssertionError("that was a FIN")
            server.close()

    run(main())


def test_a_half_closed_connection_is_still_read(run: Run) -> None:
    async def main() -> None:
        server, _, transport, client = await connected()
        transport.write(b"last words")
        transports.half_close(transport)
        assert await read_to_the_end(client) == 10
        assert not transport.is_closing()
        client.close()
        server.close()
        transport.abort()

    run(main())
