"""A simulator on a real socket, in a thread of its own: for SDKs that block. And a receiver for its webhooks."""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from aiohttp import web

from brownout_simulators.hosts.http import HttpHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Vendor
from tests.support.vendor_bench import EPOCH_S

T = TypeVar("T")
PATIENCE_S = 20.0
"""How long a test waits for what must happen; generous, because the machine may be busy."""


@dataclass(frozen=True)
class Received:
    """One webhook as it arrived."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body, read as a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


class Served:
    """One simulator and one receiver, on one loop in one thread."""

    def __init__(self, vendor: Vendor[Any]) -> None:
        self.simulator = Simulator(vendor, clock=time.monotonic, epoch_s=EPOCH_S, seed=1)
        self.received: queue.Queue[Received] = queue.Queue()
        self.url = ""
        self.receiver_url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="served", daemon=True)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the simulator's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def do(self, work: Callable[[], T]) -> T:
        """Run a function on the simulator's loop and wait for it: the engine is not for several threads."""

        async def doing() -> T:
            return work()

        return self.run(doing())

    def next_webhook(self) -> Received:
        """The next webhook, waited for."""
        return self.received.get(timeout=PATIENCE_S)

    def settle(self) -> None:
        """Wait until nothing is left to happen: no deferred step, no webhook on its way."""
        agenda = self.simulator.agenda

        async def settling() -> None:
            async with asyncio.timeout(PATIENCE_S):
                while agenda.open_steps or agenda.open_webhooks:  # noqa: ASYNC110
                    await asyncio.sleep(0.005)  # the engine has no event for it

        self.run(settling())

    def effects(self) -> list[dict[str, Any]]:
        """What the books say was done."""
        return [row for row in self.do(lambda: list(self.simulator.ledger.rows())) if row["entry"] == "effect"]

    @contextmanager
    def up(self) -> Iterator["Served"]:
        """Serving, while the block lasts."""
        self._thread.start()
        host = HttpHost(self.simulator)
        receiver = web.AppRunner(self._receiver())
        try:
            self.url = self.run(host.start())
            self.receiver_url = self.run(_listen(receiver))
            yield self
        finally:
            self.run(host.stop())
            self.run(receiver.cleanup())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE_S)
            self._loop.close()
        assert not self.simulator.problems, self.simulator.problems

    def _receiver(self) -> web.Application:
        async def receive(request: web.Request) -> web.Response:
            url = f"{self.receiver_url}{request.path_qs}"
            self.received.put(Received(url, dict(request.headers), await request.read()))
            return web.Response(status=204)

        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", receive)
        return app


async def _listen(runner: web.AppRunner) -> str:
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"
