"""A thread that serves simulators on free ports of loopback, each from when it is first asked for.

A simulator is for one thread: all that touches one goes through `Stand.do` or `Stand.run`.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, NoReturn, Protocol, TypeVar

from brownout_core.clock import system_wall_clock
from brownout_harness.words.fault import read_rule
from brownout_simulators.hosts.http import HttpHost
from brownout_simulators.hosts.tls import Certificate
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor

T = TypeVar("T")
Application = Callable[..., Awaitable[None]]
"""An ASGI application."""

PATIENCE_S: Final = 30.0
"""For whatever is asked of the thread; it waits for nothing but its turn."""
LEDGER_LIMIT: Final = 100_000
"""Rows that a simulator keeps at once: of one test, for the next one begins with empty books."""


class Host(Protocol):
    """Where one vendor is served."""

    @property
    def simulator(self) -> Simulator[Any]:
        """The vendor."""
        ...

    @property
    def url(self) -> str:
        """Without a trailing slash."""
        ...

    @property
    def certificate(self) -> Certificate | None:
        """None where it is served without TLS."""
        ...


class AnyStand(Protocol):
    """Serves vendors, in whatever kind of time. Everything that touches a simulator goes through `do` or `run`."""

    def take(self, vendor: str, name: str, /) -> Host:
        """Where the vendor is served, to nobody else until `leave`."""
        ...

    def leave(self, vendor: str) -> None:
        """Somebody else may take it."""
        ...

    def do(self, work: Callable[[], T]) -> T:
        """What `work` returns; while it runs no simulator does anything."""
        ...

    def run(self, work: Coroutine[Any, Any, T], *, within_s: float = PATIENCE_S) -> T:
        """What the coroutine comes to. It waits."""
        ...

    async def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """The same, for who runs on a loop."""
        ...

    def receive(self, url: str, application: Application) -> None:
        """Have notices to that URL asked of an ASGI application. Raises `ValueError` where they go out for real."""
        ...


class Stand:
    """Serves any number of vendors. Safe for use from several threads, but its own."""

    def __init__(self, *, seed: int = 0) -> None:
        """`seed` is that of ids and faults."""
        self._seed = seed
        self._loop = asyncio.new_event_loop()
        self._hosts: dict[str, HttpHost] = {}
        self._taken: dict[str, str] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._loop.run_forever, name="brownout", daemon=True)
        self._thread.start()

    def take(self, vendor: str, name: str) -> HttpHost:
        """Where the vendor is served, to nobody else until `leave`. Raises `UnknownVendor`, and `RuntimeError` where it
        is taken."""
        with self._lock:
            if vendor in self._taken:
                raise RuntimeError(f"{vendor} is taken by {self._taken[vendor]}: open another by itself, brownout.open")
            host = self.run(self._host(vendor))
            self._taken[vendor] = name
        return host

    def leave(self, vendor: str) -> None:
        """Somebody else may take it."""
        with self._lock:
            self._taken.pop(vendor, None)

    async def _host(self, vendor: str) -> HttpHost:
        host = self._hosts.get(vendor)
        if host is None:
            simulator = Simulator(
                load_vendor(vendor),
                clock=time.monotonic,
                epoch_s=system_wall_clock() - time.monotonic(),
                seed=self._seed,
                ledger_limit=LEDGER_LIMIT,
                read_rule=read_rule,
            )
            host = HttpHost(simulator)
            await host.start()
            await host.warm_up()
            self._hosts[vendor] = host
        return host

    def do(self, work: Callable[[], T]) -> T:
        """What `work` returns; while it runs no simulator does anything."""

        async def once() -> T:
            return work()

        return self.run(once())

    def run(self, work: Coroutine[Any, Any, T], *, within_s: float = PATIENCE_S) -> T:
        """What the coroutine comes to, beside the simulators' own work. Raises `TimeoutError`."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(within_s)

    async def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine comes to, without holding the loop of whoever asks."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def receive(self, url: str, application: Application) -> NoReturn:  # noqa: ARG002
        """Of tests in virtual time."""
        raise ValueError(
            f"{url}: notices are asked of an application in virtual time alone; serve it, and register its URL"
        )

    def close(self) -> None:
        """Close every connection, and end the thread. May be called again."""
        if self._loop.is_closed():
            return
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    async def _stop(self) -> None:
        for host in self._hosts.values():
            await host.stop()
        self._hosts.clear()
        await self._loop.shutdown_default_executor()
