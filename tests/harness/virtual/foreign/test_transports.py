"""One connection in memory: in order, a little later, with both ways to end it, and a writer who is held up."""

import asyncio
import socket
import struct
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any

import pytest

from brownout_harness.virtual.foreign.sockets import Quiet
from brownout_harness.virtual.foreign.transports import WINDOW, MemoryTransport, pair
from tests.support.aio import virtually

DELAY_S = 0.25


class Ear(asyncio.Protocol):
    """Writes down what it is told, and when."""

    def __init__(self, *, stays: bool = False) -> None:
        self.heard: list[tuple[float, object]] = []
        self._stays = stays

    def _note(self, what: object) -> None:
        self.heard.append((asyncio.get_running_loop().time(), what))

    def data_received(self, data: bytes) -> None:
        self._note(data)

    def eof_received(self) -> bool:
        self._note("eof")
        return self._stays

    def connection_lost(self, exc: Exception | None) -> None:
        self._note(exc if exc is None else type(exc))

    def pause_writing(self) -> None:
        self._note("pause")

    def resume_writing(self) -> None:
        self._note("resume")


class Line:
    """Both ends, and who listens there."""

    def __init__(self, quiet: int, *, stays: bool = False) -> None:
        ends = (("127.0.0.1", 1), copy_context()), (("198.18.0.1", 80), copy_context())
        self.one, self.two = pair(asyncio.get_running_loop(), *ends, DELAY_S, quiet)
        self.here, self.there = Ear(stays=stays), Ear(stays=stays)
        self.one.set_protocol(self.here)
        self.two.set_protocol(self.there)


def on_a_line(do: Callable[[Line], Coroutine[Any, Any, None]], *, stays: bool = False) -> Line:
    """What came of it, long after."""

    async def main() -> Line:
        quiet = Quiet()
        try:
            line = Line(quiet.fd, stays=stays)
            await do(line)
            await asyncio.sleep(10)
        finally:
            quiet.close()
        return line

    return virtually(main())


def test_bytes_arrive_in_order_and_a_little_later() -> None:
    async def do(line: Line) -> None:
        line.one.write(b"a")
        line.one.writelines([b"b", b"c"])
        await asyncio.sleep(0.1)
        line.one.write(b"d")

    assert on_a_line(do).there.heard == [(0.25, b"a"), (0.25, b"bc"), (0.35, b"d")]


def test_a_close_comes_behind_what_was_written_and_is_answered_with_one() -> None:
    async def do(line: Line) -> None:
        line.one.write(b"bye")
        line.one.close()
        line.one.write(b"too late")

    line = on_a_line(do)
    assert line.there.heard == [(0.25, b"bye"), (0.25, "eof"), (0.25, None)]
    assert line.here.heard == [(0.0, None)]
    assert line.one.is_closing()
    assert line.two.is_closing()


def test_half_a_close_leaves_the_other_way_open() -> None:
    async def do(line: Line) -> None:
        line.one.write_eof()
        await asyncio.sleep(1)
        line.two.write(b"still")

    line = on_a_line(do, stays=True)
    assert line.there.heard == [(0.25, "eof")]
    assert line.here.heard == [(1.25, b"still")]


def test_an_abort_is_a_reset_where_nothing_lingers() -> None:
    async def do(line: Line) -> None:
        line.one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.one.abort()

    assert on_a_line(do).there.heard == [(0.25, ConnectionResetError)]


def test_who_writes_to_somebody_who_has_gone_is_reset() -> None:
    async def do(line: Line) -> None:
        line.two.close()
        await asyncio.sleep(0.1)
        line.one.write(b"anybody?")

    line = on_a_line(do, stays=True)
    assert line.here.heard == [(0.25, "eof"), (0.6, ConnectionResetError)]


def test_a_dead_process_hears_nothing_and_its_peer_hears_of_the_end() -> None:
    async def do(line: Line) -> None:
        line.one.write(b"sent before")
        line.two.write(b"never read")
        line.one.cut()

    line = on_a_line(do)
    assert line.here.heard == []
    assert [what for _, what in line.there.heard][:2] == [b"sent before", "eof"]


def test_a_writer_is_held_up_while_nobody_reads() -> None:
    async def do(line: Line) -> None:
        line.one.set_write_buffer_limits(high=0)
        line.two.pause_reading()
        line.one.write(b"x" * WINDOW)
        assert line.one.get_write_buffer_size() == 0
        line.one.write(b"y")
        assert line.one.get_write_buffer_size() == 1
        await asyncio.sleep(1)
        line.two.resume_reading()

    line = on_a_line(do)
    assert [what for _, what in line.here.heard] == ["pause", "resume"]
    assert [at_s for at_s, _ in line.there.heard] == [1.0, 1.0]


def test_who_polls_an_idle_connection_sees_that_it_was_closed() -> None:
    async def do(line: Line) -> None:
        assert line.one.get_extra_info("socket").fileno() >= 0
        line.two.close()
        await asyncio.sleep(1)
        assert line.one.get_extra_info("socket").fileno() == -1

    on_a_line(do, stays=True)


class Buffer(asyncio.BufferedProtocol):
    def __init__(self) -> None:
        self.room = bytearray(2)
        self.got = b""

    def get_buffer(self, _sizehint: int) -> bytearray:
        return self.room

    def buffer_updated(self, nbytes: int) -> None:
        self.got += self.room[:nbytes]


def test_a_protocol_with_a_buffer_of_its_own_is_filled_piece_by_piece() -> None:
    buffer = Buffer()

    async def do(line: Line) -> None:
        line.two.set_protocol(buffer)
        line.one.write(b"abcde")

    on_a_line(do)
    assert buffer.got == b"abcde"


@pytest.mark.parametrize("end", ["one", "two"])
def test_is_moving_from_the_first_byte_to_the_last(end: str) -> None:
    async def do(line: Line) -> None:
        transport: MemoryTransport = getattr(line, end)
        assert not line.one.is_moving()
        transport.write(b"a")
        assert line.one.is_moving()
        await asyncio.sleep(1)
        assert not line.one.is_moving()

    on_a_line(do)
