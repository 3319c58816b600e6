"""One connection in memory, of two ends: bytes arrive in order and a little later, a close is a FIN, an abort may be a
reset. Each end's protocol runs in the context of whoever made it, so that a process that is stopped hears nothing."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context
from enum import Enum
from typing import Any, Final, cast

from brownout_harness.virtual.foreign.sockets import Address, StandIn

WINDOW: Final = 64 * 1024
"""So many bytes a peer may leave unread before a writer has to keep them."""
HIGH_WATER: Final = 64 * 1024
SAME_INSTANT_S: Final = 1e-9


class Sign(Enum):
    """What arrives besides bytes."""

    FIN = "fin"
    RST = "rst"


class MemoryTransport(asyncio.Transport):
    """One end. `pair` makes both."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        own: Address,
        peer: Address,
        *,
        context: Context,
        delay_s: float,
        quiet: int,
    ) -> None:
        """What is written here is on its way for `delay_s`; `quiet` is a descriptor on which nothing comes."""
        self.socket = StandIn(own, peer, lambda: -1 if self.is_over else quiet)
        super().__init__({"sockname": own, "peername": peer, "socket": self.socket})
        self.context = context
        self.other: MemoryTransport
        self.on_lost: Callable[[], object] = lambda: None
        self.is_over = False
        """The peer has said its last word, or nobody is here any more."""
        self._loop = loop
        self._delay_s = delay_s
        self._protocol: asyncio.Protocol | None = None
        self._on_its_way: deque[tuple[float, bytes | Sign]] = deque()
        self._inbox: deque[bytes | Sign] = deque()
        self._unread = 0
        self._high = HIGH_WATER
        self._low = HIGH_WATER // 4
        self._is_reading = True
        self._is_writable = True
        self._is_held_up = False
        self._is_closing = False
        self._is_lost = False

    # --- of `asyncio.Transport`

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = cast("asyncio.Protocol", protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        assert self._protocol is not None  # noqa: S101 - it is set before anybody has the transport
        return self._protocol

    def is_closing(self) -> bool:
        return self._is_closing

    def is_reading(self) -> bool:
        return self._is_reading and not self._is_closing

    def pause_reading(self) -> None:
        self._is_reading = False

    def resume_reading(self) -> None:
        if not self._is_reading:
            self._is_reading = True
            if self._inbox:
                self._loop.call_soon(self._read_on, context=self.context)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._high = HIGH_WATER if high is None else high
        self._low = self._high // 4 if low is None else low

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._low, self._high

    def get_write_buffer_size(self) -> int:
        return max(0, self._unread - WINDOW)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        if self._is_writable and not self._is_closing:
            self._is_writable = False
            self._send(Sign.FIN)

    def write(self, data: "bytes | bytearray | memoryview[Any]") -> None:
        if self._is_closing or not self._is_writable or not data:
            return
        self._unread += len(data)
        self._send(bytes(data))
        if self.get_write_buffer_size() > self._high and not self._is_held_up:
            self._is_held_up = True
            if self._protocol is not None:
                self._protocol.pause_writing()

    def close(self) -> None:
        if self._is_closing:
            return
        self._is_closing = True
        if self._is_writable:
            self._send(Sign.FIN)
        self._loop.call_soon(self._lost, None, context=self.context)

    def abort(self) -> None:
        self._end_at_once(Sign.RST if self.socket.resets else Sign.FIN)

    # --- of the world

    def cut(self) -> None:
        """Its process is dead: what had arrived unread makes it a reset, and nothing here is told."""
        if not self._is_lost:
            self._is_closing = self._is_lost = self.is_over = True
            self._send(Sign.RST if self._inbox else Sign.FIN)
            self._protocol = None

    def is_moving(self) -> bool:
        """Whether anything is on its way here or from here."""
        return bool(self._on_its_way or self.other._on_its_way)

    def _end_at_once(self, sign: Sign) -> None:
        if self._is_lost:
            return
        if not self._is_closing:
            self._is_closing = True
            self._loop.call_soon(self._lost, None, context=self.context)
        elif sign is Sign.FIN:
            return
        self._send(sign)

    def _send(self, what: bytes | Sign) -> None:
        due_s = self._loop.time() + self._delay_s
        self._on_its_way.append((due_s, what))
        if len(self._on_its_way) == 1:
            self._loop.call_at(due_s, self.other._take, context=self.other.context)

    def _take(self) -> None:
        """What the other end sent and is due."""
        way, now_s = self.other._on_its_way, self._loop.time() + SAME_INSTANT_S
        try:
            while way and way[0][0] <= now_s:
                self._arrived(way.popleft()[1])
        finally:
            if way:
                self._loop.call_at(way[0][0], self._take, context=self.context)

    def _arrived(self, what: bytes | Sign) -> None:
        if what is Sign.RST:
            self.is_over = True
            self._inbox.clear()
            self._is_closing = True
            self._lost(ConnectionResetError(104, "Connection reset by peer"))
        elif self._is_closing:
            self.is_over = True
            if not isinstance(what, Sign):  # nobody reads it: whoever wrote is told
                self._send(Sign.RST)
        elif self._is_reading and not self._inbox:
            self._hand_over(what)
        else:
            self._inbox.append(what)

    def _read_on(self) -> None:
        while self._inbox and self._is_reading and not self._is_closing:
            self._hand_over(self._inbox.popleft())

    def _hand_over(self, what: bytes | Sign) -> None:
        protocol = self.get_protocol()
        if isinstance(what, Sign):
            self.is_over = True
            if not cast("asyncio.Protocol", protocol).eof_received():
                self.close()
            return
        if isinstance(protocol, asyncio.BufferedProtocol):
            _fill(protocol, what)
        else:
            cast("asyncio.Protocol", protocol).data_received(what)
        self.other._was_read(len(what))

    def _was_read(self, size: int) -> None:
        self._unread -= size
        if self._is_held_up and self.get_write_buffer_size() <= self._low:
            self._is_held_up = False
            self._loop.call_soon(self._resume, context=self.context)

    def _resume(self) -> None:
        if self._protocol is not None and not self._is_held_up:
            self._protocol.resume_writing()

    def _lost(self, why: Exception | None) -> None:
        if self._is_lost:
            return
        self._is_lost = self.is_over = True
        self.on_lost()
        protocol, self._protocol = self._protocol, None
        if protocol is not None:
            protocol.connection_lost(why)


def _fill(protocol: asyncio.BufferedProtocol, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        room = memoryview(protocol.get_buffer(len(rest)))
        size = min(len(room), len(rest))
        room[:size] = rest[:size]
        protocol.buffer_updated(size)
        rest = rest[size:]


def pair(
    loop: asyncio.AbstractEventLoop,
    client: tuple[Address, Context],
    server: tuple[Address, Context],
    delay_s: float,
    quiet: int,
) -> tuple[MemoryTransport, MemoryTransport]:
    """Both ends of a connection: who asked for it, and who listens."""
    (here, ours), (there, theirs) = client, server
    one = MemoryTransport(loop, here, there, context=ours, delay_s=delay_s, quiet=quiet)
    two = MemoryTransport(loop, there, here, context=theirs, delay_s=delay_s, quiet=quiet)
    one.other, two.other = two, one
    return one, two
