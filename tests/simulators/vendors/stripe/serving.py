"""Stripe on a real socket, in a thread of its own, so that synchronous SDKs can be held against it; and a receiver
for its webhooks."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web

from brownout_simulators.faults import rule_from_json
from brownout_simulators.hosts.http import HttpHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors.stripe import VENDOR
from brownout_simulators.vendors.stripe.state import State

T = TypeVar("T")
PATIENCE_S = 20.0
EPOCH_S = 1_800_000_000.0


@dataclass
class Received:
    """One webhook as it arrived."""

    body: bytes
    signature: str


@dataclass
class Served:
    """A simulator that listens, and what it delivered."""

    loop: asyncio.AbstractEventLoop
    simulator: Simulator[State]
    url: str
    hook_url: str
    received: list[Received] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the simulator's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_S)

    def do(self, work: Callable[[], T]) -> T:
        """Run a function on the simulator's loop, where nothing else runs meanwhile."""

        async def once() -> T:
            return work()

        return self.run(once())

    def faults(self, *rules: dict[str, Any]) -> None:
        """Put these faults in force, instead of any others."""
        made = [rule_from_json({"id": f"r{place}", "vendor": "stripe", **rule}) for place, rule in enumerate(rules)]
        self.do(lambda: self.simulator.schedule(made))

    def requests(self) -> list[dict[str, Any]]:
        """The ledger's requests so far."""
        rows: list[dict[str, Any]] = self.do(lambda: list(self.simulator.ledger.rows()))
        return [row for row in rows if row["entry"] == "request"]

    def effects(self) -> list[dict[str, Any]]:
        """The ledger's effects so far."""
        rows: list[dict[str, Any]] = self.do(lambda: list(self.simulator.ledger.rows()))
        return [row for row in rows if row["entry"] == "effect"]

    def wait_for_webhooks(self, count: int) -> list[Received]:
        """Until that many have arrived."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.received) >= count, PATIENCE_S), f"{len(self.received)} came"
            return list(self.received)


@contextmanager
def served(seed: int = 7) -> Iterator[Served]:
    """Stripe and a receiver on ports of the system's choosing."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE_S)

    simulator: Simulator[State] = Simulator(VENDOR, clock=time.monotonic, epoch_s=EPOCH_S, seed=seed)
    host = HttpHost(simulator)
    at = Served(loop, simulator, "", "")

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        with at.arrived:
            at.received.append(Received(body, request.headers["Stripe-Signature"]))
            at.arrived.notify_all()
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_post("/hook", receive)
    runner = web.AppRunner(app)

    async def start() -> None:
        at.url = await host.start()
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server: Any = site._server
        at.hook_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"

    async def stop() -> None:
        await host.stop()
        await runner.cleanup()

    run(start())
    try:
        yield at
    finally:
        run(stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()
        assert simulator.problems == []
