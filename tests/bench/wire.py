"""The proxy on the wire: what it costs, and how exact its toxics are, beside a real Toxiproxy in the same rounds.

Client, echo server and proxies are processes of their own. Without a toxic: 16 connections, 200 bytes there and back,
one round trip after the other on each; what counts is the share of the round trips that a direct connection makes in
the same round. Latency: 50 ms on what the server says, 200 round trips a second over 40 connections, in an even pace;
the error is what a round trip takes more than that and than a direct one, at the same percentile of the same round.
Bandwidth: two seconds of bytes, by when the last of them came. Client and server take processor time too, and on few
cores take it from the proxy; others who use the machine are in the figures too, in p99 first (`nice -n -10` keeps most
of them away). Without a real Toxiproxy its rows are missing.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from statistics import median, quantiles
from typing import Any, Final, cast

from tests.bench.measure import Row, interleaved, paired_ratio
from tests.support.toxiproxies import OURS, REAL, Toxiproxy, find_binary, running

DIRECT: Final = "direct"
SHARE: Final = 0.90
LATENCY_MS: Final = 50
P50_MS: Final = 0.4
P99_MS: Final = 2.0
RATE_OFF: Final = 5.0
MESSAGE: Final = b"x" * 200


def run(*, quick: bool = False) -> list[Row]:
    """All of it; `quick` only to see that it runs."""
    with ExitStack() as left:
        behind = left.enter_context(echoing())
        servers = [left.enter_context(running(which)) for which in (OURS, *([REAL] if find_binary() else []))]
        rounds, seconds = (1, 0.3) if quick else (15, 0.4)
        rows = _through(servers, behind, rounds, seconds)
        rows += _latency(servers, behind, *((1, 0.5) if quick else (15, 2.0)))
        return rows + _bandwidth(servers, behind, 0.3 if quick else 2.0)


@contextmanager
def echoing() -> Iterator[int]:
    """An echo server in a process of its own; its port."""
    command = [sys.executable, "-m", "tests.bench.echo_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def _through(servers: list[Toxiproxy], behind: int, rounds: int, seconds: float) -> list[Row]:
    ports = {DIRECT: behind, **{server.which: server.proxy("plain", behind) for server in servers}}
    cases = {name: _bound(_round_trips, port, 16, seconds) for name, port in ports.items()}
    samples = interleaved(cases, rounds=rounds)
    rows = [_row("200 B round trips, 16 connections, direct", median(samples[DIRECT]), "/s")]
    for server in servers:
        ratio = paired_ratio(samples[server.which], samples[DIRECT])
        ratios = [ours / direct for ours, direct in zip(samples[server.which], samples[DIRECT], strict=True)]
        note = "a quarter of the rounds below {:.2f}, a quarter above {:.2f}".format(*_quarters(ratios))
        goal = SHARE if server.which == OURS else None
        case = f"{server.which}: share of a direct connection's round trips"
        rows.append(Row(bench="wire", case=case, value=ratio, unit="", goal=goal, better="higher", note=note))
    return rows


def _latency(servers: list[Toxiproxy], behind: int, rounds: int, seconds: float) -> list[Row]:
    ports = {DIRECT: behind}
    for server in servers:
        ports[server.which] = server.proxy("late", behind)
        server.toxic("late", "latency", latency=LATENCY_MS)
    seen: dict[str, list[list[float]]] = {name: [] for name in ports}

    def paced(name: str) -> float:
        taken_ms = asyncio.run(_paced(ports[name], 40, 200.0, seconds))
        seen[name].append(quantiles(taken_ms, n=100, method="inclusive"))
        return 0.0

    interleaved({name: _bound(paced, name) for name in ports}, rounds=rounds)
    direct = seen[DIRECT]
    rows = [_row("a direct round trip at 200/s, p50", median(each[49] for each in direct), "ms")]
    rows.append(_row("a direct round trip at 200/s, p99", median(each[98] for each in direct), "ms"))
    for server in servers:
        for percent, goal_ms in ((50, P50_MS), (99, P99_MS)):
            errors_ms = [
                ours[percent - 1] - LATENCY_MS - plain[percent - 1]
                for ours, plain in zip(seen[server.which], direct, strict=True)
            ]
            note = "a quarter of the rounds below {:.2f}, a quarter above {:.2f}".format(*_quarters(errors_ms))
            goal = goal_ms if server.which == OURS else None
            case = f"{server.which}: latency of {LATENCY_MS} ms, error above direct, p{percent}"
            rows.append(Row(bench="wire", case=case, value=median(errors_ms), unit="ms", goal=goal, note=note))
    return rows


def _bandwidth(servers: list[Toxiproxy], behind: int, seconds: float) -> list[Row]:
    rows = []
    for rate in (100, 1_000, 10_000):
        for server in servers:
            port = server.proxy(f"thin{rate}", behind)
            server.toxic(f"thin{rate}", "bandwidth", rate=rate)
            count = round(rate * 1000 * seconds)
            off = (count / asyncio.run(_echoed(port, count)) / (rate * 1000) - 1) * 100
            goal = RATE_OFF if server.which == OURS else None
            case = f"{server.which}: bandwidth of {rate:,} KB/s, off by"
            rows.append(Row(bench="wire", case=case, value=abs(off), unit="%", goal=goal, note=f"{off:+.2f} %"))
    return rows


def _quarters(values: list[float]) -> tuple[float, float]:
    lower, _, upper = quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
    return lower, upper


def _row(case: str, value: float, unit: str) -> Row:
    return Row(bench="wire", case=case, value=value, unit=unit)


def _bound(call: Callable[..., float], *arguments: Any) -> Callable[[], float]:
    return lambda: call(*arguments)


def _round_trips(port: int, connections: int, seconds: float) -> float:
    """So many in a second."""
    return asyncio.run(_closed_loop(port, connections, seconds))


async def _closed_loop(port: int, connections: int, seconds: float) -> float:
    loop = asyncio.get_running_loop()
    clients = [(await loop.create_connection(_Client, "127.0.0.1", port))[1] for _ in range(connections)]
    began_s = time.monotonic()
    for client in clients:
        client.say()
    await asyncio.sleep(seconds)
    lasted_s = time.monotonic() - began_s
    done = sum(len(client.taken_ms) for client in clients)
    _close(clients)
    return done / lasted_s


async def _paced(port: int, connections: int, per_s: float, seconds: float) -> list[float]:
    """What each round trip took, in ms."""
    loop = asyncio.get_running_loop()
    clients = [(await loop.create_connection(_Client, "127.0.0.1", port))[1] for _ in range(connections)]
    began_s = loop.time() + 0.05
    for number in range(round(per_s * seconds)):
        client = clients[number % connections]
        client.goes_on = False
        loop.call_at(began_s + number / per_s, client.say)
    await asyncio.sleep(seconds + 0.3)
    _close(clients)
    return [each for client in clients for each in client.taken_ms]


async def _echoed(port: int, count: int) -> float:
    """How long so many bytes take to come back, in seconds."""
    loop = asyncio.get_running_loop()
    transport, counter = await loop.create_connection(lambda: _Counter(count), "127.0.0.1", port)
    began_s = time.monotonic()
    transport.write(bytes(count))
    lasted_s = await counter.done - began_s
    transport.abort()
    return lasted_s


class _Counter(asyncio.Protocol):
    """Tells when the last of so many bytes came."""

    def __init__(self, count: int) -> None:
        self.done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._left = count

    def data_received(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left == 0:
            self.done.set_result(time.monotonic())


class _Client(asyncio.Protocol):
    """Says the message, and again when it came back."""

    def __init__(self) -> None:
        self.taken_ms: list[float] = []
        self.goes_on = True
        self._left = 0
        self._said_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def say(self) -> None:
        self._left = len(MESSAGE)
        self._said_s = time.monotonic()
        self.transport.write(MESSAGE)

    def data_received(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left == 0:
            self.taken_ms.append((time.monotonic() - self._said_s) * 1e3)
            if self.goes_on:
                self.say()


def _close(clients: list[_Client]) -> None:
    for client in clients:
        client.goes_on = False
        client.transport.abort()
