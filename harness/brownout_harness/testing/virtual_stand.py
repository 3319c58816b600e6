"""Simulators in virtual time, for a test that is itself a coroutine: they, their clients and the test share one loop.

What they are asked over is a network in memory; what leads out of it is refused, and remembered.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from brownout_harness.asked.request import Request
from brownout_harness.virtual.closed import closed_world
from brownout_harness.virtual.foreign.asgi import Application, Exchange
from brownout_harness.virtual.foreign.libraries import ask_beforehand, in_libraries
from brownout_harness.virtual.foreign.loop import NetworkLoop
from brownout_harness.virtual.guard import GUARD, replaced
from brownout_harness.virtual.loop import waits_of
from brownout_harness.words.fault import read_rule
from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.hosts.http1.connection import Connection
from brownout_simulators.hosts.http1.service import Service
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.hosts.timers import LoopTimers
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor

T = TypeVar("T")

EPOCH_S: Final = 1_767_225_600.0
"""2026-01-01T00:00:00Z: the wall clock when a test begins."""
HTTP: Final = 80
LEDGER_LIMIT: Final = 100_000


class WouldWait(RuntimeError):
    """A question that has to wait was asked without `await`."""


class NotOver(RuntimeError):
    """It took longer than it may. Says who waited where."""


class VirtualHost(NamedTuple):
    """A vendor on the network in memory."""

    simulator: Simulator[Any]
    url: str
    certificate: None = None


class VirtualStand:
    """Of one test. It has the methods of `Stand`."""

    def __init__(self, *, seed: int = 0, root: Path) -> None:
        """`seed` is that of ids, faults and chance; `root` the folder whose lines a refusal names."""
        ask_beforehand()
        self._seed = seed
        self._root = f"{root}{os.sep}"
        self._runner = asyncio.Runner(loop_factory=NetworkLoop)
        self._hosts: dict[str, VirtualHost] = {}
        self._services: list[Service] = []
        self._receivers: dict[str, Application] = {}
        self._refused: dict[str, None] = {}
        self._is_running = False
        self.errors: list[str] = []
        """What receivers of notices let escape."""

    @property
    def refused(self) -> list[str]:
        """What led out of virtual time so far, one line each: the test is not what it seems to be."""
        return list(self._refused)

    def take(self, vendor: str, _name: str) -> VirtualHost:
        """Where the vendor is served. Raises `UnknownVendor`."""
        if vendor not in self._hosts:
            self._hosts[vendor] = self.run(self._host(vendor, load_vendor(vendor)))
        return self._hosts[vendor]

    def leave(self, vendor: str) -> None:
        """It is the test's own, and goes with it."""

    async def _host(self, vendor: str, loaded: Any) -> VirtualHost:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, NetworkLoop)  # noqa: S101 - it was made here
        name = f"{vendor}.localhost"
        simulator = Simulator(
            loaded,
            clock=loop.time,
            epoch_s=EPOCH_S,
            seed=self._seed,
            base_url=f"http://{name}",
            ledger_limit=LEDGER_LIMIT,
            read_rule=read_rule,
        )
        MemoryHost(simulator, loop, deliver=self._deliver)  # it sends the notices
        service = Service(simulator, LoopTimers(loop, loop.time))
        self._services.append(service)
        loop.network.listen(name, HTTP, partial(Connection, service))
        return VirtualHost(simulator, f"http://{name}")

    def receive(self, url: str, application: Application) -> None:
        """From now on notices to that URL are asked of the ASGI application."""
        self._receivers[url] = application

    async def _deliver(self, webhook: OutgoingWebhook) -> int | None:
        application = self._receivers.get(webhook.url)
        if application is None:
            return None
        path = "/" + webhook.url.partition("://")[2].partition("/")[2]
        request = Request("POST", path, dict(webhook.headers), webhook.body)
        exchange = Exchange(request, None, raised=lambda error: self._raised(webhook.url, error))
        await exchange.run(application, {})
        return (await exchange.answer).status

    def _raised(self, url: str, error: Exception) -> None:
        self.errors.append(f"the receiver at {url} raised {type(error).__name__}: {error}")

    def do(self, work: Callable[[], T]) -> T:
        """What `work` returns; nothing else happens meanwhile."""
        return work()

    def run(self, work: Coroutine[Any, Any, T], *, within_s: float | None = None) -> T:
        """What the coroutine comes to. In the middle of the test nothing but the test happens until it awaits:
        then a coroutine that would wait raises `WouldWait`. Else it has `within_s` of virtual time: `NotOver`."""
        if self._is_running:
            return _at_once(work)
        with self._world():
            self._is_running = True
            try:
                return self._runner.run(_within(work, within_s))
            finally:
                self._is_running = False

    async def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine comes to, in the middle of the test."""
        return await work

    @contextmanager
    def _world(self) -> Iterator[None]:
        GUARD.root = self._root
        try:
            with replaced(in_libraries()), closed_world(epoch_s=EPOCH_S, seed=self._seed):
                try:
                    yield
                finally:
                    self._refused |= dict.fromkeys(GUARD.refused())
        finally:
            GUARD.root = ""

    def close(self) -> None:
        """The test is over, and what it left running is cancelled. May be called again."""
        for service in self._services:
            service.timers.close()
        self._services.clear()
        with self._world():
            self._runner.close()


async def _within(work: Coroutine[Any, Any, T], within_s: float | None) -> T:
    if within_s is None:
        return await work
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    waiting: list[str] = []

    def end() -> None:
        waiting.extend(waits_of(loop))
        if task is not None:
            task.cancel()

    timer = loop.call_later(within_s, end)
    try:
        return await work
    except asyncio.CancelledError:
        if not waiting:
            raise
        raise NotOver(f"not over after {within_s:g} s of virtual time:\n  " + "\n  ".join(waiting)) from None
    finally:
        timer.cancel()


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    try:
        while work.send(None) is None:  # a turn of the loop was let pass; there is none
            pass
    except StopIteration as ended:
        result: T = ended.value
        return result
    work.close()
    raise WouldWait(
        "in virtual time nothing happens while a test does not await: "
        "`await account.settled()` or `await account.webhooks.arriving()` first"
    )
