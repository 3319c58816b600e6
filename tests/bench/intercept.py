"""What mitmproxy costs that stands between an application and a simulator: `GET /v1/balance` of Stripe, straight to the
simulator, and over TLS by the name `api.stripe.com` through `brownout intercept`.

Both are asked in turn in each round, by the same client with connections that stay open. A round trip is timed one at a
time; how many there are in a second, at sixteen connections. The client shares the machine with both, so the straight
figures are the client's as much as the simulator's: what counts is the difference.
"""

import asyncio
import os
import ssl
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import aiohttp

from brownout_harness.intercept.plan import Plan
from brownout_harness.real import mitm, served
from brownout_harness.real.processes import Processes
from tests.bench.measure import Row

CONNECTIONS: Final = 16
NAMED: Final = "https://api.stripe.com"
PATH: Final = "/v1/balance"
READY_S: Final = 30.0


class _Way:
    """One way to the simulator, and what was seen on it."""

    def __init__(self, base: str, proxy: str | None, trusting: ssl.SSLContext | None) -> None:
        self.base, self.proxy = base, proxy
        self.trusting: ssl.SSLContext | bool = trusting or True
        self.took_ms: list[float] = []
        self.anew_ms: list[float] = []
        """Each on a connection of its own."""
        self.per_s: list[float] = []


Ask = Callable[[_Way], Awaitable[None]]


def run(*, quick: bool = False) -> list[Row]:
    """All of it; `quick` only to see that it runs."""
    rounds, one_by_one, together = (2, 100, 100) if quick else (11, 200, 600)
    with tempfile.TemporaryDirectory() as folder, Processes(Path(folder)) as processes:
        command = [sys.executable, "-P", "-m", "brownout_simulators", "--vendors", "stripe", "--port-base", "0"]
        child = processes.start("simulators", command, dict(os.environ))
        stands = served.wait(child, ["stripe"], time.monotonic() + READY_S, "the simulator", cure="try again")
        plan = Plan(stood=tuple(mitm.stood(stands, {}, with_routes=False)))
        place = Path(folder) / "mitm"
        proxy = mitm.start(processes, plan, port=0, folder=place, environment=os.environ, cure="try again")
        key = stands[0].environment["STRIPE_API_KEY"]
        straight = _Way(stands[0].url, None, None)
        through = _Way(NAMED, proxy.url, ssl.create_default_context(cafile=str(proxy.authority)))
        measuring = _measure(
            straight,
            through,
            key=key,
            rounds=rounds,
            one_by_one=one_by_one,
            together=together,
            pid=proxy.child.pid,
        )
        cpu_ms = asyncio.run(measuring)
    processor = Row(bench="intercept", case="processor time of mitmproxy for one request", value=cpu_ms, unit="ms")
    return [*_rows(straight, through), processor]


async def _measure(
    straight: _Way, through: _Way, *, key: str, rounds: int, one_by_one: int, together: int, pid: int
) -> float:
    """Fills both in; mitmproxy's processor time for one request, in milliseconds."""
    connector = aiohttp.TCPConnector(limit=0)
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        aiohttp.ClientSession(connector=connector, headers=headers) as session,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True), headers=headers) as forgetful,
    ):

        async def ask(way: _Way, by: aiohttp.ClientSession = session) -> None:
            async with by.get(way.base + PATH, proxy=way.proxy, ssl=way.trusting) as answer:
                assert answer.status == 200
                await answer.read()

        anew = one_by_one // 5
        began_cpu_s, passed = _cpu_s(pid), rounds * (CONNECTIONS + one_by_one + anew + together)
        for number in range(rounds):
            for way in (straight, through) if number % 2 else (through, straight):
                await asyncio.gather(*(ask(way) for _ in range(CONNECTIONS)))  # the connections are there
                for times, count, by in ((way.took_ms, one_by_one, session), (way.anew_ms, anew, forgetful)):
                    for _ in range(count):
                        began_s = time.perf_counter()
                        await ask(way, by)
                        times.append((time.perf_counter() - began_s) * 1e3)
                way.per_s.append(await _per_s(ask, way, together))
        return (_cpu_s(pid) - began_cpu_s) / passed * 1e3


def _cpu_s(pid: int) -> float:
    """Of a process, as Linux tells it."""
    told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


async def _per_s(ask: Ask, way: _Way, together: int) -> float:
    left = together

    async def one() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await ask(way)

    began_s = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return together / (time.perf_counter() - began_s)


def _rows(straight: _Way, through: _Way) -> list[Row]:
    at = {way: quantiles(way.took_ms, n=100) for way in (straight, through)}
    ratio = median(ours / theirs for ours, theirs in zip(through.per_s, straight.per_s, strict=True))
    told = f"{median(through.per_s):,.0f}/s, straight {median(straight.per_s):,.0f}/s"
    rows = [
        Row(
            bench="intercept", case=f"round trips at {CONNECTIONS} connections, of straight ones", value=ratio,
            unit="x", better="higher", note=told,
        )
    ]  # fmt: skip
    for name, place in (("p50", 49), ("p99", 98)):
        added = at[through][place] - at[straight][place]
        told = f"{at[through][place]:.2f} ms, straight {at[straight][place]:.2f} ms"
        rows.append(
            Row(
                bench="intercept",
                case=f"{name} of a round trip, above a straight one",
                value=added,
                unit="ms",
                note=told,
            )
        )
    new = [quantiles(way.anew_ms, n=100)[49] for way in (through, straight)]
    told = f"{new[0]:.2f} ms, straight {new[1]:.2f} ms without TLS"
    case = "p50 of a round trip on a new connection, above a straight one"
    rows.append(Row(bench="intercept", case=case, value=new[0] - new[1], unit="ms", note=told))
    return rows
