"""One proxy: where it listens, what it leads to, its toxics, and the connections through it.

Everything but a dial is done at once, on the loop's thread: what an answer of the API says is so when it is sent.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from brownout_harness.wire.address import Address
from brownout_harness.wire.books import Passage, Tally, tallies
from brownout_harness.wire.connection import Connection, Means
from brownout_harness.wire.toxic import Stream, Toxic

BACKLOG: Final = 4096
DIAL_S: Final = 30.0
"""A server on loopback that has not answered by then is overrun or stopped."""
BREATH_S: Final = 0.1
"""After an accept that failed: too many files are open."""

TAKEN_DOWN: Final = "the proxy was taken down"
UNREACHED: Final = "the server could not be reached"

_log = logging.getLogger(__name__)


class Proxy:
    """One. It begins disabled."""

    def __init__(self, name: str, listen: Address, upstream: Address, means: Means) -> None:
        self.name = name
        self.listen = listen
        """As it was asked for; once it listens, with the port that it has."""
        self.upstream = upstream
        self._means = means
        self._toxics: dict[str, Toxic] = {}
        self._listener: socket.socket | None = None
        self._accepted = 0
        self._dials: set[asyncio.Task[None]] = set()
        self._connections: dict[Connection, None] = {}
        self._over = tallies()

    @property
    def enabled(self) -> bool:
        """It listens."""
        return self._listener is not None

    def enable(self) -> None:
        """Listen, if it does not. Raises `OSError` where the port is taken."""
        if self._listener is not None:
            return
        listener = socket.socket(socket.AF_INET6 if ":" in self.listen.host else socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setblocking(False)
            listener.bind(self.listen)
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
        self._listener = listener
        self.listen = Address(*listener.getsockname()[:2])
        self._means.loop.add_reader(listener.fileno(), self._accept)

    def disable(self) -> None:
        """Listen no longer, and close what is open."""
        if self._listener is None:
            return
        self._means.loop.remove_reader(self._listener.fileno())
        self._listener.close()
        self._listener = None
        for dial in self._dials:
            dial.cancel()
        for connection in tuple(self._connections):
            connection.abort(TAKEN_DOWN)

    def lead(self, listen: Address, upstream: Address) -> None:
        """From another place, or to another; if it was enabled it is so again. Raises `OSError`, and is disabled."""
        if (listen, upstream) == (self.listen, self.upstream):
            return
        was_enabled = self.enabled
        self.disable()
        self.listen, self.upstream = listen, upstream
        if was_enabled:
            self.enable()

    @property
    def bytes(self) -> Mapping[Stream, Tally]:
        """Of all connections, those that are over too."""
        total = {stream: replace(tally) for stream, tally in self._over.items()}
        for connection in self._connections:
            for stream, tally in connection.passage.bytes.items():
                total[stream].add(tally)
        return total

    @property
    def toxics(self) -> tuple[Toxic, ...]:
        """Those upstream first; in a direction, in their order."""
        return tuple(each for stream in Stream for each in self._toxics.values() if each.stream is stream)

    def toxic(self, name: str) -> Toxic | None:
        """The one of this name."""
        return self._toxics.get(name)

    def add(self, toxic: Toxic) -> None:
        """To the end, on what is open too. Its name must be new."""
        assert toxic.name not in self._toxics  # noqa: S101 - asked before
        self._toxics[toxic.name] = toxic
        self._each(lambda connection: connection.add(toxic))

    def change(self, toxic: Toxic) -> None:
        """The one of this name does this from now on."""
        self._toxics[toxic.name] = toxic
        self._each(lambda connection: connection.change(toxic))

    def remove(self, name: str) -> None:
        """The one of this name acts no longer."""
        toxic = self._toxics.pop(name)
        self._each(lambda connection: connection.remove(toxic))

    def _each(self, do: Callable[[Connection], None]) -> None:
        for connection in tuple(self._connections):
            do(connection)

    def _accept(self) -> None:
        for _ in range(BACKLOG):
            if self._listener is None:  # in this very turn
                return
            try:
                client, who = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                _log.warning("proxy %s cannot accept: %s", self.name, error)
                self._breathe(self._listener)
                return
            client.setblocking(False)
            self._accepted += 1
            passage = Passage(self.name, self._accepted, self._means.clock(), str(Address(*who[:2])))
            self._means.books.open(passage)
            dial = self._means.loop.create_task(self._open(client, passage))
            self._dials.add(dial)
            dial.add_done_callback(self._dials.discard)

    def _breathe(self, listener: socket.socket) -> None:
        """Whoever waits stays ready: without a pause nothing else would be done."""

        def again() -> None:
            if self._listener is listener:
                self._means.loop.add_reader(listener.fileno(), self._accept)

        self._means.loop.remove_reader(listener.fileno())
        self._means.loop.call_later(BREATH_S, again)

    async def _open(self, client: socket.socket, passage: Passage) -> None:
        """Reach the server, and begin."""
        connection = Connection(self._means, passage, on_begin=self._begin, on_gone=self._is_gone)
        try:
            async with asyncio.timeout(DIAL_S):
                await self._means.loop.create_connection(lambda: connection.server, *self.upstream)
            await self._means.loop.connect_accepted_socket(lambda: connection.client, client)
        except BaseException as error:
            is_stopped = not isinstance(error, OSError | TimeoutError)
            connection.abort(TAKEN_DOWN if is_stopped else UNREACHED)
            client.close()
            passage.closed_s = self._means.clock()
            if is_stopped:
                raise

    def _begin(self, connection: Connection) -> None:
        self._connections[connection] = None
        for toxic in self._toxics.values():
            connection.add(toxic)

    def _is_gone(self, connection: Connection) -> None:
        del self._connections[connection]
        for stream, tally in connection.passage.bytes.items():
            self._over[stream].add(tally)
