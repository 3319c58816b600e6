"""A bound on connections: who waits for one has sent nothing, and every way to end gives it back."""

import asyncio

import pytest

from brownout_core.errors import ConfigError
from brownout_core.transport import ClientConfig, Lost, Request, Response, was_unsent
from brownout_core.transports.memory import MemoryTransport
from brownout_core.transports.pooled import Pooled
from tests.support.aio import virtually
from tests.support.wire import send

REQUEST = Request("POST", "http://x")


class Vendor:
    """Takes a second for each request."""

    def __init__(self) -> None:
        self.at_once = self.most = self.seen = 0
        self.error: Exception | None = None

    async def __call__(self, _request: Request) -> Response:
        self.seen += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await asyncio.sleep(1)
        finally:
            self.at_once -= 1
        if self.error is not None:
            raise self.error
        return Response(200, {}, b"")


def test_no_more_than_the_connections_are_sent_at_once() -> None:
    async def main() -> None:
        vendor = Vendor()
        transport = Pooled(MemoryTransport(vendor), ClientConfig(connections=2))
        await asyncio.gather(*(send(transport, REQUEST) for _ in range(5)))
        assert (vendor.most, asyncio.get_running_loop().time()) == (2, 3.0)
        await transport.close()

    virtually(main())


def test_who_stops_waiting_for_a_connection_has_sent_nothing() -> None:
    async def main() -> None:
        vendor = Vendor()
        transport = Pooled(MemoryTransport(vendor), ClientConfig(connections=1))
        first = asyncio.ensure_future(send(transport, REQUEST))
        second = asyncio.ensure_future(send(transport, REQUEST))
        await asyncio.sleep(0.5)
        second.cancel()
        with pytest.raises(asyncio.CancelledError) as cancelled:
            await second
        assert was_unsent(cancelled.value)
        await first
        assert vendor.seen == 1

    virtually(main())


def test_a_failure_and_a_cancellation_give_the_connection_back() -> None:
    async def main() -> None:
        vendor = Vendor()
        transport = Pooled(MemoryTransport(vendor), ClientConfig(connections=1))
        vendor.error = Lost()
        with pytest.raises(Lost):
            await send(transport, REQUEST)
        vendor.error = None
        sent = asyncio.ensure_future(send(transport, REQUEST))
        await asyncio.sleep(0.5)
        sent.cancel()
        with pytest.raises(asyncio.CancelledError) as cancelled:
            await sent
        assert not was_unsent(cancelled.value)
        assert (await send(transport, REQUEST)).status == 200

    virtually(main())


@pytest.mark.parametrize("connections", [0, -1, 1_000_001])
def test_a_number_of_connections_that_cannot_be_is_refused(connections: int) -> None:
    with pytest.raises(ConfigError, match="connections must be in"):
        ClientConfig(connections=connections)
