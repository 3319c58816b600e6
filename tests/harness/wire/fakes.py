"""A loop's parts without a loop: transports that note what is done to them, timers that a test moves."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from brownout_harness.wire.address import Address
from brownout_harness.wire.books import Books, Passage
from brownout_harness.wire.connection import Connection, Means, Side
from brownout_harness.wire.proxies import Proxies, Wanted
from brownout_simulators.hosts.timers import Timer


class FakeTransport:
    """Notes what is done to it."""

    def __init__(self) -> None:
        self.did: list[Any] = []
        self.is_reading = True
        self.closing = False

    def write(self, data: bytes) -> None:
        self.did.append(data)

    def write_eof(self) -> None:
        self.did.append("eof")

    def can_write_eof(self) -> bool:
        return True

    def close(self) -> None:
        if not self.closing:
            self.did.append("close")
        self.closing = True

    def abort(self) -> None:
        self.did.append("abort")
        self.closing = True

    def is_closing(self) -> bool:
        return self.closing

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True

    def set_write_buffer_limits(self, high: int) -> None:
        """As it is."""

    def get_extra_info(self, name: str) -> Any:
        return ("127.0.0.1", 5) if name == "sockname" else None


class FakeTimers:
    """Called when `to` moves the clock there."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._timers: list[tuple[float, int, Timer]] = []

    def call_at(self, when_s: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(callback)
        self._timers.append((when_s, len(self._timers), timer))
        return timer

    def to(self, now_s: float) -> None:
        while due := [each for each in self._timers if each[0] <= now_s]:
            first = min(due)
            self._timers.remove(first)
            self.now_s = max(self.now_s, first[0])
            if first[2].callback is not None:
                first[2].callback()
        self.now_s = now_s

    @property
    def waiting(self) -> int:
        """That are to come."""
        return sum(timer.callback is not None for _, _, timer in self._timers)

    def close(self) -> None:
        """As it is."""


class Pair:
    """A connection between two fake transports."""

    def __init__(
        self,
        on_begin: Callable[[Connection], None] = lambda _: None,
        early: Callable[[Side], object] = lambda _: None,
    ) -> None:
        """`early` is what the server does before the client is there."""
        self.timers = FakeTimers()
        self.passage = Passage("a", 1, 0.0, "127.0.0.1:1")
        self.gone = 0
        loop = cast("asyncio.AbstractEventLoop", None)  # a connection only passes it on
        self.means = Means(loop, self.timers, lambda: self.timers.now_s, Books(), seed=7)
        self.connection = Connection(self.means, self.passage, on_begin=on_begin, on_gone=self._is_gone)
        self.client, self.server = FakeTransport(), FakeTransport()
        self.made(self.connection.server, self.server)
        early(self.connection.server)
        self.made(self.connection.client, self.client)

    def made(self, side: Side, transport: FakeTransport) -> None:
        side.connection_made(cast("asyncio.Transport", transport))

    def _is_gone(self, _connection: Connection) -> None:
        self.gone += 1


class Loop:
    """What a proxy without connections needs of one."""

    def __init__(self) -> None:
        self.readers: set[int] = set()

    def add_reader(self, fd: int, _callback: object) -> None:
        self.readers.add(fd)

    def remove_reader(self, fd: int) -> None:
        self.readers.discard(fd)


class World:
    """Proxies that listen, and to which nobody connects."""

    def __init__(self) -> None:
        self.loop = Loop()
        loop = cast("asyncio.AbstractEventLoop", self.loop)
        self.proxies = Proxies(Means(loop, FakeTimers(), lambda: 0.0, Books(), 7))


def wanted(name: str, port: int = 0, upstream: int = 9) -> Wanted:
    """To be made."""
    return Wanted(name=name, listen=Address("127.0.0.1", port), upstream=Address("127.0.0.1", upstream))
