"""Streams: chunks a second on one core, and how far from their instants they arrive.

A vendor of the tests streams chunks of the size of a token's event, by the engine and the HTTP host, to clients in
another process. How many one core can do is what goes out in a second of the server's processor time, while every
chunk has an instant of its own: the streams do not begin together. The error is that of the gap between two chunks of
a stream as its client sees it, so the client's own lateness counts, and the machine's: how late it wakes one that only
sleeps is measured, too. Where that is not far below a millisecond, others use the machine, and the error is theirs:
`chrt -f 5` keeps them away.
"""

import asyncio
import gc
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median, quantiles
from typing import Final, NamedTuple, cast

import uvloop

from tests.bench.measure import Row
from tests.bench.simulators import Server, serving
from tests.bench.stream_server import CHUNK

PER_S: Final = 20_000.0
ERROR_MS: Final = 1.0
LEAD_S: Final = 0.2
"""All clients are connected before the first stream begins."""


class Load(NamedTuple):
    """Streams at once, and how far apart the chunks of each are."""

    streams: int
    gap_s: float
    seconds: float

    @property
    def per_s(self) -> float:
        """Chunks that are due in a second."""
        return self.streams / self.gap_s

    @property
    def chunks(self) -> int:
        """Of one stream."""
        return round(self.seconds / self.gap_s)


@dataclass
class Seen:
    """What came of a load."""

    chunks: int = 0
    lasted_s: float = 0.0
    cpu_s: float = 0.0
    errors_ms: list[float] = field(default_factory=list)


def run(*, quick: bool = False) -> list[Row]:
    """All of it; `quick` only to see that it runs."""
    seconds, rounds = (0.5, 1) if quick else (4.0, 5)
    rows = [_machine(200 if quick else 3_000)]
    with serving("stream") as server:
        _measured(server, Load(10, 0.01, 0.5))
        for load in (Load(100, 0.05, seconds), Load(100, 0.01, seconds), Load(400, 0.02, seconds)):
            rows += _rows(load, [_measured(server, load) for _ in range(rounds)])
    return rows


def _machine(times: int) -> Row:
    late_ms, never = [], threading.Event()
    for _ in range(times):
        began_s = time.monotonic()
        never.wait(0.001)
        late_ms.append((time.monotonic() - began_s - 0.001) * 1e3)
    p99_ms = quantiles(late_ms, n=100, method="inclusive")[98]
    return Row(bench="streaming", case="one that only sleeps a millisecond, woken late, p99", value=p99_ms, unit="ms")


def _measured(server: Server, load: Load) -> Seen:
    return uvloop.run(_load(server, load))


async def _load(server: Server, load: Load) -> Seen:
    loop, seen = asyncio.get_running_loop(), Seen()
    draw = random.Random(7)
    clients: list[_Client] = []
    for _ in range(load.streams):
        _, client = await loop.create_connection(_Client, "127.0.0.1", server.port)
        clients.append(client)
    gc.disable()
    before_s, began_s = server.cpu_s(), time.monotonic()
    for client in clients:
        loop.call_later(LEAD_S + draw.random() * load.gap_s, client.ask, load)
    arrivals = await asyncio.gather(*(client.done for client in clients))
    gc.enable()
    seen.cpu_s, seen.lasted_s = server.cpu_s() - before_s, time.monotonic() - began_s - LEAD_S
    for at_s in arrivals:
        seen.chunks += len(at_s)
        seen.errors_ms += [abs(later - earlier - load.gap_s) * 1e3 for earlier, later in pairwise(at_s)]
    for client in clients:
        client.close()
    return seen


class _Client(asyncio.Protocol):
    """Asks for a stream, and notes when each of its chunks came."""

    def __init__(self) -> None:
        self.done: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._at_s: list[float] = []
        self._wanted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def ask(self, load: Load) -> None:
        self._wanted = load.chunks
        assert self._transport is not None
        path = f"/stream/{load.chunks}/{round(load.gap_s * 1e6)}"
        self._transport.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer till_test_a\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        # A chunk that was not there alone came with others: all at this instant.
        self._at_s += [time.monotonic()] * data.count(CHUNK)
        if len(self._at_s) >= self._wanted and not self.done.done():
            self.done.set_result(self._at_s)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("closed before the last chunk"))

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()


def _rows(load: Load, rounds: Sequence[Seen]) -> list[Row]:
    per_core = median(seen.chunks / seen.cpu_s for seen in rounds)
    held = median(seen.chunks / seen.lasted_s for seen in rounds)
    percentiles = [quantiles(seen.errors_ms, n=100, method="inclusive") for seen in rounds]
    p99_ms = median(each[98] for each in percentiles)
    worst = ", ".join(f"{each[98]:.2f}" for each in percentiles)
    about = f"{load.streams} streams, a chunk each {load.gap_s * 1e3:g} ms"
    return [
        Row(
            bench="streaming",
            case=f"{about}: chunks in a second of processor time",
            value=per_core,
            unit="/s",
            # With less to do it wakes up for each chunk alone.
            goal=PER_S if load.per_s >= PER_S else None,
            better="higher",
            note=f"{load.per_s:,.0f}/s were due, {held:,.0f}/s came",
        ),
        Row(
            bench="streaming",
            case=f"{about}: error of a gap, p99",
            value=p99_ms,
            unit="ms",
            goal=ERROR_MS,
            note=f"median of rounds {worst}; at p50 {median(each[49] for each in percentiles):.3f} ms",
        ),
    ]
