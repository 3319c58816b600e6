"""A proxy with what it leads to, on one loop."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from brownout_harness.wire.address import Address
from brownout_harness.wire.proxies import Wanted
from brownout_harness.wire.proxy import TAKEN_DOWN, UNREACHED, Proxy
from brownout_harness.wire.server import Server
from tests.harness.wire.links import toxic
from tests.support.aio import really

pytestmark = pytest.mark.real


class Greeter(asyncio.Protocol):
    """Speaks first, and ends when it is spoken to."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"hello")

    def data_received(self, _data: bytes) -> None:
        self._transport.close()


def before_a_greeter(main: Callable[[Server, Proxy], Awaitable[None]]) -> None:
    async def run() -> None:
        behind = await asyncio.get_running_loop().create_server(Greeter, "127.0.0.1", 0)
        upstream = Address("127.0.0.1", behind.sockets[0].getsockname()[1])
        async with Server(port=0) as server:
            await main(
                server, server.proxies.create(Wanted(name="a", listen=Address("127.0.0.1", 0), upstream=upstream))
            )
        behind.close()
        await behind.wait_closed()
        await asyncio.sleep(0)

    really(run())


async def ended(server: Server, connection: int) -> str:
    """The fate of a connection that is over."""
    async with asyncio.timeout(10):
        while server.books.passages[connection - 1].closed_s is None:  # noqa: ASYNC110 - no clock is waited for, the loop goes on
            await asyncio.sleep(0)
    return server.books.passages[connection - 1].fate


def test_who_speaks_first_is_heard_and_struck_from_the_first_byte() -> None:
    async def main(server: Server, proxy: Proxy) -> None:
        proxy.add(toxic("limit_data", bytes=2))
        reader, writer = await asyncio.open_connection(*proxy.listen)
        assert await reader.read() == b"he"
        writer.close()
        await writer.wait_closed()
        assert await ended(server, 1) == ""
        ((_, strike),) = server.books.passages[0].strikes
        assert (strike.bytes, strike.ends) == (5, 1)

    before_a_greeter(main)


def test_what_ended_a_connection_that_no_toxic_did_is_noted() -> None:
    async def main(server: Server, proxy: Proxy) -> None:
        reader, writer = await asyncio.open_connection(*proxy.listen)
        assert await reader.read(5) == b"hello"
        proxy.disable()
        assert await reader.read() == b""
        assert await ended(server, 1) == TAKEN_DOWN
        writer.close()
        proxy.lead(proxy.listen, Address("127.0.0.1", 9))
        proxy.enable()
        reader, writer = await asyncio.open_connection(*proxy.listen)
        assert await reader.read() == b""
        assert await ended(server, 2) == UNREACHED
        writer.close()

    before_a_greeter(main)


def test_bytes_of_connections_that_are_over_still_count() -> None:
    async def main(server: Server, proxy: Proxy) -> None:
        for number in (1, 2):
            reader, writer = await asyncio.open_connection(*proxy.listen)
            await reader.readexactly(5)
            writer.write(b"bye")
            assert await reader.read() == b""
            writer.close()
            await ended(server, number)
        assert [(tally.received, tally.sent) for tally in proxy.bytes.values()] == [(6, 6), (10, 10)]

    before_a_greeter(main)
