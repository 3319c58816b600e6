"""The transport without sockets hands requests to a function and its cancellation on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from brownout_core.transport import Lost, Opened, Request, Response
from brownout_core.transports.memory import MemorySessions, MemoryTransport
from tests.support.aio import virtually
from tests.support.wire import send


def test_a_request_is_answered_by_the_function() -> None:
    async def handler(request: Request) -> Response:
        return Response(200, {}, request.body)

    async def main() -> None:
        transport = MemoryTransport(handler)
        assert (await send(transport, Request("POST", "http://x", {}, b"hello"))).body == b"hello"
        assert (await send(transport, Request("POST", "http://x"))).body == b""
        await transport.close()

    virtually(main())


def test_what_the_function_raises_is_raised() -> None:
    async def handler(_request: Request) -> Response:
        raise Lost

    with pytest.raises(Lost):
        virtually(send(MemoryTransport(handler), Request("GET", "http://x")))


def test_an_answer_may_come_as_a_stream_and_who_leaves_early_ends_it() -> None:
    ended: list[str] = []

    async def chunks() -> AsyncIterator[bytes]:
        try:
            for number in range(1000):
                await asyncio.sleep(1)
                yield b"%d" % number
        finally:
            ended.append("hung up")

    async def handler(_request: Request) -> Opened:
        return Opened(200, {"a": "b"}, chunks())

    async def main() -> None:
        async with MemoryTransport(handler).open(Request("GET", "http://x")) as opened:
            assert (opened.status, opened.headers) == (200, {"a": "b"})
            got = [await anext(opened.chunks) for _ in range(3)]
        assert (got, ended) == ([b"0", b"1", b"2"], ["hung up"])

    virtually(main())


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
                await send(MemoryTransport(hangs), Request("GET", "http://x"))

    virtually(main())
    assert ended == ["cancelled"]


def test_a_session_is_the_one_that_the_function_opens() -> None:
    class Echo:
        async def send(self, text: str) -> None:
            self.text = text

        async def receive(self) -> str:
            return self.text

    @asynccontextmanager
    async def opener(_request: Request) -> AsyncIterator[Echo]:
        yield Echo()

    async def main() -> None:
        async with MemorySessions(opener).connect(Request("GET", "http://x")) as session:
            await session.send("hello")
            assert await session.receive() == "hello"

    virtually(main())
