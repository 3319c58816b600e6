"""A streamed answer over sockets: it comes as it is made, waits for its reader, and ends when nobody reads any more."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import orjson
import pytest
from aiohttp import web

from brownout_core.front_door.door import FrontDoor
from brownout_core.gateway.server import Shell
from brownout_core.redaction import Redactor
from brownout_core.telemetry import Kind
from brownout_core.transport import Opened, Request, Response
from tests.core.fakes import SECRETS, WALL_S
from tests.core.flows.test_assist import World
from tests.core.models import DONE, SPENT, Chunk, Scripted, delta, gemini_stream
from tests.support.aio import really

pytestmark = pytest.mark.real

BODY = orjson.dumps({"text": "?", "stream": True})
HEAD = b"POST /v1/assist HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Correlation-ID: op-1\r\nContent-Length: %d\r\n\r\n" % len(
    BODY
)
PATIENCE_S = 20.0


class Vendor(Scripted):
    """Counts how many of its chunks were taken, and goes on when it is told to."""

    def __init__(self, *script: Chunk | asyncio.Event) -> None:
        self.taken = 0
        self.was_asked = asyncio.Event()
        self.script = script
        super().__init__([])

    async def _chunks(self) -> AsyncIterator[bytes]:
        for each in self.script:
            if isinstance(each, asyncio.Event):
                await each.wait()
                continue
            self.taken += 1
            assert isinstance(each, bytes)
            yield each

    async def handle(self, request: Request) -> Response | Opened:
        self.was_asked.set()
        opened = await super().handle(request)
        return Opened(opened.status, opened.headers, self._chunks())


@asynccontextmanager
async def served(vendor: Vendor) -> AsyncIterator[tuple[World, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A gateway in this process, and somebody who has asked it for a stream."""
    world = World(vendor, Scripted(gemini_stream("Hi")))
    door = FrontDoor(
        world.app,
        wall_clock=lambda: WALL_S,
        redactor=Redactor(SECRETS),
        instance="gw",
        log=lambda trouble: pytest.fail(f"{trouble.what}: {trouble.error!r}"),
    )
    runner = web.ServerRunner(Shell(door).server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)  # what lies there is not read either
    small.setblocking(False)
    await asyncio.get_running_loop().sock_connect(small, runner.addresses[0][:2])
    reader, writer = await asyncio.open_connection(sock=small, limit=2**16)
    writer.write(HEAD + BODY)
    async with asyncio.timeout(PATIENCE_S):
        yield world, reader, writer
        await runner.cleanup()
    writer.close()
    await world.app.close()


async def ended(world: World) -> str:
    """How the call to the vendor ended."""
    while True:
        for each in world.events:
            if each.kind is Kind.CALL_FINISHED:
                return each.outcome
        await asyncio.sleep(0.005)


def test_a_piece_is_with_its_reader_before_the_next_one_is_made_and_the_connection_is_kept() -> None:
    async def main() -> None:
        heard = asyncio.Event()
        async with served(Vendor(delta(content="Hel"), heard, delta(content="lo", finish="stop"), SPENT, DONE)) as (
            _,
            reader,
            writer,
        ):
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 ")
            assert b"Content-Type: text/event-stream" in head
            first = await reader.readuntil(b'{"text":"Hel"}')
            assert b"event: piece" in first
            heard.set()
            rest = await reader.readuntil(b"0\r\n\r\n")
            assert rest.count(b"event: piece") == rest.count(b"event: done") == 1
            writer.write(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200 ")

    really(main())


@pytest.mark.parametrize("after", ["a piece", "nothing"])
def test_who_leaves_ends_the_vendors_stream_at_once(after: str) -> None:
    """Not with the next piece: that may never come, and is paid for."""

    async def main() -> None:
        never = asyncio.Event()
        script = [delta(content="Hel"), never] if after == "a piece" else [never]
        vendor = Vendor(*script)
        async with served(vendor) as (world, reader, writer):
            if after == "a piece":
                await reader.readuntil(b'{"text":"Hel"}')
            else:
                await vendor.was_asked.wait()
            writer.transport.abort()
            assert await ended(world) == "cancelled"

    really(main())


LONG = "x" * 65_536


def pieces(count: int) -> Iterator[bytes]:
    return (delta(content=LONG) for _ in range(count))


def test_who_reads_slowly_slows_the_vendor_down() -> None:
    """What nobody reads is not fetched: 8 MB do not fit between the two."""

    async def main() -> None:
        vendor = Vendor(*pieces(120), delta(finish="stop"), SPENT, DONE)
        async with served(vendor) as (world, reader, _):
            await reader.readuntil(b"\r\n\r\n")
            taken = -1
            while taken != vendor.taken:
                taken = vendor.taken
                await asyncio.sleep(0.1)
            assert taken < 110
            while b"event: done" not in (some := await reader.read(2**20)):
                assert some
            assert (await ended(world), vendor.taken) == ("ok", 123)

    really(main())


def test_what_a_shutdown_cuts_off_lacks_its_end() -> None:
    """Its grace is over while the model still speaks."""

    async def main() -> None:
        async with served(Vendor(delta(content="Hel"), asyncio.Event())) as (world, reader, _):
            await reader.readuntil(b'{"text":"Hel"}')
            reading = asyncio.get_running_loop().create_task(_all(reader))
        heard = await reading
        assert (await ended(world), heard.count(b"event: ")) == ("cancelled", 0)
        assert not heard.endswith(b"0\r\n\r\n")

    really(main())


async def _all(reader: asyncio.StreamReader) -> bytes:
    return b"".join([some async for some in _rest(reader)])


async def _rest(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while some := await reader.read(2**20):
        yield some


def test_what_is_cut_off_lacks_its_end() -> None:
    """Whoever does not read by the deadline is not waited for."""

    async def main() -> None:
        async with served(Vendor(*pieces(300))) as (world, reader, _):
            world.flow.deadline_s = 0.5
            assert await ended(world) == "cancelled"
            heard = await _all(reader)
            assert heard.startswith(b"HTTP/1.1 200 ")
            assert b"event: done" not in heard
            assert b"event: error" not in heard
            assert not heard.endswith(b"0\r\n\r\n")

    really(main())
