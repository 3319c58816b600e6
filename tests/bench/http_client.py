"""A load generator small enough not to be what is measured: raw connections, kept alive, one request at a time each.

A closed loop on uvloop takes about 12 us of processor time a request, a third of the quickest server here.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, cast

LAST_CHUNK: Final = b"0\r\n\r\n"


@dataclass(slots=True)
class Timing:
    """What came of a load."""

    took_s: list[float] = field(default_factory=list)
    """From the instant at which a request was sent to the last byte of its answer."""
    since_due_s: list[float] = field(default_factory=list)
    """From the instant at which it was to be sent: what the generator, or a new connection, made it wait counts."""
    failed: int = 0


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._got = bytearray()
        self.body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found or self._answer is None or self._answer.done():
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) >= length:
            self.body = bytes(body)
            self._answer.set_result(int(head.split(b" ", 2)[1]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("closed"))

    async def send(self, request: bytes) -> int:
        assert self._transport is not None
        self._got.clear()
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()


class _Caller(asyncio.Protocol):
    """Asks again as soon as it is answered; the answers announce their length, or come in chunks."""

    def __init__(self, requests: Iterator[bytes], gone: asyncio.Event) -> None:
        self.answered = 0
        self.failed = 0
        self._requests = requests
        self._gone = gone
        self._transport: asyncio.WriteTransport | None = None
        self._got = b""
        self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's are, but do not say so
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        if not self._missing:
            self._got += data
            end = self._got.find(b"\r\n\r\n")
            if end < 0:
                return
            at = self._got.lower().find(b"content-length:", 0, end + 2) + 15
            if at < 15 and not self._got.endswith(LAST_CHUNK):
                return
            self._missing = len(self._got) if at < 15 else int(self._got[at : self._got.index(b"\r", at)]) + end + 4
            self.failed += self._got[9:10] != b"2"
            data, self._got = self._got, b""
        self._missing -= len(data)
        if not self._missing and self._transport is not None:
            self.answered += 1
            self._transport.write(next(self._requests))

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._gone.set()

    def stop(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Generator:
    """Loads one server."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._idle: list[_Connection] = []

    async def _connection(self) -> _Connection:
        if self._idle:
            return self._idle.pop()
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(_Connection, self._host, self._port))[1]

    async def fetch(self, request: bytes) -> bytes:
        """One request; its body. Raises where it fails."""
        connection = await self._connection()
        try:
            status = await connection.send(request)
            if status >= 400:
                raise RuntimeError(f"{status}: {connection.body.decode()}")
            return connection.body
        finally:
            connection.close()

    async def closed(self, requests: Iterator[bytes], connections: int, seconds: float) -> float:
        """Each connection asks again as soon as it is answered; answers per second. Raises if any was an error."""
        loop, gone = asyncio.get_running_loop(), asyncio.Event()
        callers = [
            (await loop.create_connection(lambda: _Caller(requests, gone), self._host, self._port))[1]
            for _ in range(connections)
        ]
        before, started_s = sum(caller.answered for caller in callers), time.monotonic()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await gone.wait()
                raise RuntimeError("the server closed a connection under load")
        answered, took_s = sum(caller.answered for caller in callers) - before, time.monotonic() - started_s
        for caller in callers:
            caller.stop()
        if failed := sum(caller.failed for caller in callers):
            raise RuntimeError(f"{failed} of {answered} answers were errors")
        return answered / took_s

    async def open(self, requests: Iterator[bytes], rate_per_s: float, seconds: float) -> Timing:
        """A request every 1 / rate seconds, whatever becomes of those before it."""
        timing = Timing()

        async def one(request: bytes, due_s: float) -> None:
            try:
                async with asyncio.timeout(30):
                    connection = await self._connection()
                    sent_s = time.monotonic()
                    status = await connection.send(request)
                    answered_s = time.monotonic()
            except (OSError, TimeoutError):
                timing.failed += 1
                return
            self._idle.append(connection)
            if status < 400:
                timing.took_s.append(answered_s - sent_s)
                timing.since_due_s.append(answered_s - due_s)
            else:
                timing.failed += 1

        start_s = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(int(rate_per_s * seconds)):
                due_s = start_s + number / rate_per_s
                wait_s = due_s - time.monotonic()
                if wait_s > 0:
                    await asyncio.sleep(wait_s)
                group.create_task(one(next(requests), due_s))
        for connection in self._idle:
            connection.close()
        self._idle.clear()
        return timing
