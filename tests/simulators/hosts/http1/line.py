"""A connection without a socket: the till's service on the running loop, and a client at the other end of a line."""

import asyncio
from collections.abc import Callable
from typing import Any

from brownout_simulators.faults import rule_from_json
from brownout_simulators.hosts.http1.connection import Connection
from brownout_simulators.hosts.http1.patience import Patience
from brownout_simulators.hosts.http1.service import Service
from brownout_simulators.hosts.timers import LoopTimers
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Vendor
from tests.simulators.serving import request_bytes
from tests.simulators.toy import TILL

GET = request_bytes("GET", "/health")
STREAM = request_bytes("GET", "/v1/stream")
SLOW = {"latency": {"fixed_s": 2.0}, "match": "/v1/charges*"}


def rows(service: Service) -> list[dict[str, Any]]:
    """Of the requests, in the till's books."""
    return [row for row in service.simulator.ledger.rows() if row["entry"] == "request"]


def statuses(got: bytes) -> list[int]:
    """Of the answers in these bytes."""
    return [int(part[:3]) for part in got.split(b"HTTP/1.1 ")[1:]]


def till_service(*rules: dict[str, Any], vendor: Vendor[Any] = TILL, patience: Patience | None = None) -> Service:
    """The till (or another vendor) with these faults, on the running loop and by its clock."""
    loop = asyncio.get_running_loop()
    simulator: Simulator[Any] = Simulator(vendor, clock=loop.time, epoch_s=1.7e9, seed=7)
    given = [rule_from_json({"id": f"r{n}", "vendor": vendor.name, **rule}) for n, rule in enumerate(rules)]
    simulator.schedule(given)
    return Service(simulator, LoopTimers(loop, loop.time), patience=patience)


class Line(asyncio.Transport):
    """The server's transport, and what its client sees and does."""

    def __init__(
        self,
        service: Service,
        *,
        room: int | None = None,
        behind: Callable[[asyncio.Protocol], asyncio.Protocol] = lambda connection: connection,
    ) -> None:
        """`room` is how many bytes the client takes before it has to be asked to take more; None for any number. The
        connection may be `behind` another protocol."""
        super().__init__()
        self.got = b""
        self.ended = ""
        """`fin` or `rst`, once the server has ended it; `left` if the client has."""
        self.is_half_closed = False
        self.reads = True
        self._room = room
        self._buffer = b""
        self._is_paused = False
        self._is_closing = False
        self.connection = behind(Connection(service))
        self.connection.connection_made(self)

    # -- the client ------------------------------------------------------------------------------------------------

    def send(self, data: bytes, *, piece: int | None = None) -> None:
        """Bytes to the server, in pieces of this size."""
        size = piece or max(1, len(data))
        for start in range(0, len(data), size):
            if not self._is_closing:
                self.connection.data_received(data[start : start + size])

    def take(self, count: int) -> None:
        """Read so many more bytes."""
        if self._room is not None:
            self._room += count
        self._hand_over()

    def take_only(self, count: int) -> None:
        """From now on, so many more bytes."""
        self._room = count

    def leave(self) -> None:
        """Go, with no word."""
        if not self.ended:
            self._is_closing, self.ended = True, "left"
            asyncio.get_running_loop().call_soon(self.connection.connection_lost, ConnectionResetError())

    async def turn(self) -> bytes:
        """Let the server's turn end; what has arrived since the last time."""
        for _ in range(3):
            await asyncio.sleep(0)
        got, self.got = self.got, b""
        return got

    # -- the transport ---------------------------------------------------------------------------------------------

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._is_closing:
            raise RuntimeError("the transport is closed")
        self._buffer += data
        self._hand_over()
        if self._buffer and not self._is_paused:
            self._is_paused = True
            self.connection.pause_writing()

    def _hand_over(self) -> None:
        count = len(self._buffer) if self._room is None else min(self._room, len(self._buffer))
        self.got, self._buffer = self.got + self._buffer[:count], self._buffer[count:]
        if self._room is not None:
            self._room -= count
        if not self._buffer and self._is_paused:
            self._is_paused = False
            self.connection.resume_writing()
        if not self._buffer and self._is_closing:
            self._end("fin")

    def close(self) -> None:
        self._is_closing = True
        if not self._buffer:
            self._end("fin")

    def abort(self) -> None:
        self._buffer = b""
        self._end("rst")

    def _end(self, how: str) -> None:
        if not self.ended:
            self._is_closing, self.ended = True, how
            asyncio.get_running_loop().call_soon(self.connection.connection_lost, None)

    def is_closing(self) -> bool:
        return self._is_closing

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.is_half_closed = True

    def pause_reading(self) -> None:
        self.reads = False

    def resume_reading(self) -> None:
        self.reads = True

    def get_write_buffer_size(self) -> int:
        return len(self._buffer)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        assert (high, low) == (0, 0), "what is not handed over at once must be told"
