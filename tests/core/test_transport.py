"""A whole answer is a stream that was read to its end, within bounds."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from brownout_core.transport import MAX_BODY_BYTES, Lost, Opened, Request, unsent, was_unsent
from brownout_core.transports.memory import MemoryTransport
from tests.support.aio import virtually
from tests.support.wire import send


def streaming(*chunks: bytes, endless: bool = False) -> MemoryTransport:
    async def body() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk
        while endless:
            yield b"x" * 65_536

    async def handler(_request: Request) -> Opened:
        return Opened(200, {}, body())

    return MemoryTransport(handler)


@pytest.mark.parametrize("chunks", [(), (b"one",), (b"one", b"", b"two")], ids=len)
def test_a_whole_body_is_its_chunks(chunks: tuple[bytes, ...]) -> None:
    assert virtually(send(streaming(*chunks), Request("GET", "http://x"))).body == b"".join(chunks)


def test_an_endless_body_is_not_read_to_its_end() -> None:
    with pytest.raises(Lost, match=str(MAX_BODY_BYTES)):
        virtually(send(streaming(endless=True), Request("GET", "http://x")))


def test_a_cancellation_says_whether_anything_was_sent_and_is_a_cancellation_all_the_same() -> None:
    async def main() -> None:
        async def waits() -> None:
            try:
                await asyncio.sleep(100)
            except asyncio.CancelledError as cancelled:
                raise unsent(cancelled) from None

        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(1):
                await waits()
        assert was_unsent(caught.value.__cause__)
        assert not was_unsent(asyncio.CancelledError("another reason"))
        assert not was_unsent(None)

    virtually(main())
