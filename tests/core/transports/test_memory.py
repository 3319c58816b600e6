"""The transport without sockets hands requests to a function and its cancellation on."""

import asyncio

import pytest

from brownout_core.transport import Lost, Request, Response
from brownout_core.transports.memory import MemoryTransport
from tests.support.aio import virtually


def test_a_request_is_answered_by_the_function() -> None:
    async def handler(request: Request) -> Response:
        return Response(200, {}, request.body)

    async def main() -> None:
        transport = MemoryTransport(handler)
        assert (await transport.send(Request("POST", "http://x", {}, b"hello"))).body == b"hello"
        await transport.close()

    virtually(main())


def test_what_the_function_raises_is_raised() -> None:
    async def handler(_request: Request) -> Response:
        raise Lost

    with pytest.raises(Lost):
        virtually(MemoryTransport(handler).send(Request("GET", "http://x")))


def test_giving_up_reaches_the_function() -> None:
    ended: list[str] = []

    async def hangs(_request: Request) -> Response:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise
        raise AssertionError

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await MemoryTransport(hangs).send(Request("GET", "http://x"))

    virtually(main())
    assert ended == ["cancelled"]
