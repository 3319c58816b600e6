"""One connection through a proxy: two transports, and a link with its chain of toxics in each direction.

    client ── upstream link ──▶ server
           ◀── downstream link ──

Bytes are written on as they come where no toxic is set. A half-close passes, and so does a reset: behind the proxy an
application sees what it would see without it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

from brownout_harness.wire.address import Address
from brownout_harness.wire.books import Books, Passage
from brownout_harness.wire.chain import Chain, Out
from brownout_harness.wire.chance import chance_of
from brownout_harness.wire.toxic import Stream, Toxic
from brownout_harness.wire.toxics.kind import End
from brownout_simulators.hosts.http1.transports import half_close, reset
from brownout_simulators.hosts.timers import Timer, Timers

BUFFER_BYTES: Final = 64 * 1024
"""So much may wait for a receiver who does not read before the sender has to wait."""


@dataclass(frozen=True, slots=True)
class Means:
    """What all connections of a server share."""

    loop: asyncio.AbstractEventLoop
    timers: Timers
    clock: Callable[[], float]
    """Monotonic seconds, as `timers` has them."""
    books: Books
    seed: int


class Connection:
    """One. `client` and `server` are the protocols of its two transports."""

    def __init__(
        self,
        means: Means,
        passage: Passage,
        *,
        on_begin: Callable[["Connection"], None],
        on_gone: Callable[["Connection"], None],
    ) -> None:
        """`on_begin` is called when both are there, before a byte comes; `on_gone` when both are gone."""
        self.passage = passage
        self.is_whole = False
        """Both are there."""
        self._means = means
        self._on_begin = on_begin
        self._on_gone = on_gone
        self.client = Side(self)
        self.server = Side(self)
        self._links = {
            Stream.UPSTREAM: Link(self, Stream.UPSTREAM, self.client, self.server, means),
            Stream.DOWNSTREAM: Link(self, Stream.DOWNSTREAM, self.server, self.client, means),
        }

    def add(self, toxic: Toxic) -> None:
        """See `Chain.add`."""
        link = self._links[toxic.stream]
        link.carry(link.chain.add(toxic, self._means.clock()))

    def change(self, toxic: Toxic) -> None:
        """See `Chain.change`."""
        link = self._links[toxic.stream]
        link.carry(link.chain.change(toxic, self._means.clock()))

    def remove(self, toxic: Toxic) -> None:
        """See `Chain.remove`."""
        link = self._links[toxic.stream]
        link.carry(link.chain.remove(toxic.name, self._means.clock()))

    def abort(self, fate: str) -> None:
        """End it at once."""
        self.passage.fate = self.passage.fate or fate
        self._stop()
        for side in (self.client, self.server):
            if side.transport is not None:
                side.transport.abort()

    def link_ended(self, link: "Link", end: End) -> None:
        """The end of a direction has come through its chain."""
        other = self._links[Stream.DOWNSTREAM if link.stream is Stream.UPSTREAM else Stream.UPSTREAM]
        if end is End.RESET:
            self._reset()
        elif end is End.CLOSE or link.source.is_gone or other.chain.is_over:
            link.dest.close()
            other.ended(End.CLOSE)
        elif link.dest.transport is not None:
            half_close(link.dest.transport)

    def side_is_made(self) -> None:
        """One of both."""
        if self.client.transport is None or self.server.transport is None:
            return
        if self.server.is_gone:
            self.client.transport.abort()
            return
        self.is_whole = True
        host, port = self.server.transport.get_extra_info("sockname")[:2]
        self.passage.seen_as = str(Address(host, port))
        self._on_begin(self)
        for link in self._links.values():
            link.begin()

    def side_is_gone(self) -> None:
        """One of both."""
        if not self.is_whole:
            self._stop()
        elif self.client.is_gone and self.server.is_gone:
            self._stop()
            self.passage.closed_s = self._means.clock()
            self._on_gone(self)

    def _reset(self) -> None:
        self._stop()
        for side in (self.client, self.server):
            if side.transport is not None and not side.is_gone:
                reset(side.transport)

    def _stop(self) -> None:
        """Nothing that comes from now on is anything that a toxic did."""
        for link in self._links.values():
            link.stop()


class Side(asyncio.Protocol):
    """One end: what it says goes into one link, what it hears comes from the other."""

    __slots__ = ("_connection", "hears", "is_gone", "says", "transport")

    says: "Link"
    hears: "Link"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.transport: asyncio.Transport | None = None
        self.is_gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`, as of the others."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=BUFFER_BYTES)
        # Who speaks first may do so before the other end is there. Not all loops heed this here: see `Link.arrived`.
        self.transport.pause_reading()
        self._connection.side_is_made()

    def data_received(self, data: bytes) -> None:
        link = self.says
        if link.straight is None:
            link.arrived(data)
        else:  # as few steps as can be: this is done for every chunk
            link.tally.straight += len(data)
            link.straight(data)

    def eof_received(self) -> bool:
        self.says.ended(End.EOF)
        return True  # the other direction may go on

    def pause_writing(self) -> None:
        self.hears.is_choked = True
        self.hears.throttle()

    def resume_writing(self) -> None:
        self.hears.is_choked = False
        self.hears.throttle()

    def connection_lost(self, error: Exception | None) -> None:
        self.is_gone = True
        self.hears.straighten()
        self.says.ended(End.CLOSE if error is None else End.RESET)
        self._connection.side_is_gone()

    def close(self) -> None:
        """With what was written still delivered."""
        if self.transport is not None:
            self.transport.close()


class Link:
    """One direction: from its source through the chain to its destination."""

    __slots__ = (
        "_armed_s",
        "_connection",
        "_early",
        "_is_paused",
        "_is_stopped",
        "_means",
        "_timer",
        "chain",
        "dest",
        "is_choked",
        "source",
        "straight",
        "stream",
        "tally",
    )

    def __init__(self, connection: Connection, stream: Stream, source: Side, dest: Side, means: Means) -> None:
        self._connection = connection
        self._means = means
        self.stream = stream
        self.source = source
        self.dest = dest
        source.says = dest.hears = self
        passage = connection.passage
        chance = chance_of(means.seed, passage.proxy, passage.connection)
        self.chain = Chain(chance, lambda strike: passage.strikes.append((stream, strike)))
        self.tally = passage.bytes[stream]
        self.straight: Callable[[bytes], None] | None = None
        """Where what comes is to be written, while nothing is in its way."""
        self.is_choked = False
        """The destination does not read as fast as it is written to."""
        self._early: list[Out] = []
        self._is_paused = True
        self._is_stopped = False
        self._timer: Timer | None = None
        self._armed_s: float | None = None

    def begin(self) -> None:
        """Both ends are there."""
        early, self._early = self._early, []
        for each in early:
            if isinstance(each, End):
                self.ended(each)
            else:
                self.arrived(each)
        self.throttle()
        self.straighten()

    def arrived(self, data: bytes) -> None:
        """Bytes come from the source."""
        if not self._connection.is_whole:  # uvloop begins to read after `connection_made`, whatever that has said
            self._early.append(data)
            if self.source.transport is not None:
                self.source.transport.pause_reading()
            return
        if self._is_stopped:
            return
        self.tally.taken += len(data)
        self.carry(self.chain.arrived(data, self._means.clock()))

    def ended(self, end: End) -> None:
        """The source has ended its direction, or is gone."""
        if self._is_stopped:
            return
        if not self._connection.is_whole:
            self._early.append(end)
        elif not self.chain.is_over:
            self.carry(self.chain.ended(end, self._means.clock()))
        elif end is not End.EOF:  # it has ended its direction before
            self.dest.close()

    def carry(self, out: list[Out]) -> None:
        """Hand on what has left the chain, and look when more of it will."""
        for each in out:
            if isinstance(each, End):
                self._connection.link_ended(self, each)
            else:
                self._send(each)
        if not self._is_stopped:
            self._arm()
            self.throttle()
        self.straighten()

    def _send(self, data: bytes) -> None:
        if self.dest.transport is not None and not self.dest.is_gone:
            self.tally.given += len(data)
            self.dest.transport.write(data)

    def throttle(self) -> None:
        """Have the source wait, or no longer."""
        transport = self.source.transport
        is_full = not self.dest.is_gone and (self.is_choked or self.chain.is_full)
        if not self._connection.is_whole:
            return
        if is_full is self._is_paused or transport is None or transport.is_closing():
            return
        self._is_paused = is_full
        if is_full:
            transport.pause_reading()
        else:
            transport.resume_reading()

    def straighten(self) -> None:
        """Something has changed: what comes goes on as it is, or has to be looked at."""
        self.straight = None
        is_over = self._is_stopped or self.chain.is_over or self.dest.is_gone
        if self.dest.transport is not None and self._connection.is_whole and self.chain.is_empty and not is_over:
            self.straight = self.dest.transport.write

    def stop(self) -> None:
        """What its chain holds is lost."""
        self._is_stopped = True
        self._disarm()
        self.straighten()

    def _arm(self) -> None:
        next_s = self.chain.next_s
        if next_s == self._armed_s:
            return
        self._disarm()
        if next_s is not None:
            self._armed_s = next_s
            self._timer = self._means.timers.call_at(next_s, self._tick)

    def _disarm(self) -> None:
        self._armed_s = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        self._armed_s = self._timer = None
        self.carry(self.chain.advance(self._means.clock()))
