"""What a run needs for the reference application: its loop, its servers on the run's stores, and where faults name a
link its own clients on a network in memory."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from fakeredis import FakeServer

from brownout_core.records import ClaimStore
from brownout_core.stores.redis import RedisClaimStore
from brownout_core.transport import ClientConfig
from brownout_core.transports.aiohttp import AiohttpTransport
from brownout_harness.asked.needed import served
from brownout_harness.judging.evidence import Gap
from brownout_harness.virtual.foreign.libraries import ask_beforehand, in_libraries
from brownout_harness.virtual.foreign.loop import NetworkLoop, network_loop
from brownout_harness.virtual.foreign.redis import NAME, PORT, URL, RedisConnection
from brownout_harness.virtual.foreign.staging import HTTP, host_of, url_of
from brownout_harness.virtual.guard import replaced
from brownout_harness.virtual.links import VirtualLinks
from brownout_harness.virtual.loop import VirtualLoop
from brownout_harness.virtual.server import VirtualServer, config_of
from brownout_harness.virtual.wire import base_url_of
from brownout_scenarios.phases import REDIS
from brownout_simulators.hosts.http1.connection import Connection
from brownout_simulators.hosts.http1.service import Service
from brownout_simulators.hosts.timers import LoopTimers
from brownout_simulators.simulator import Simulator

if TYPE_CHECKING:
    from brownout_harness.virtual.runner import Run


class ReferenceStage:
    """Of one run."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._linked = run.scenario.linked
        self._vendors = tuple(peer for peer in self._linked if peer != REDIS)
        self._services: list[Service] = []
        self._transports: list[AiohttpTransport] = []
        self._claims: list[RedisClaimStore] = []
        self.loop: Callable[[], VirtualLoop] = NetworkLoop if self._linked else VirtualLoop

    def base_url(self, vendor: str) -> str:
        """Where a simulator is: on the network where a fault names a link to it, else nowhere."""
        return url_of(vendor) if vendor in self._linked else base_url_of(vendor)

    @contextmanager
    def world(self, epoch_s: float) -> Iterator[None]:  # noqa: ARG002 - nothing of it is the application's alone
        """Its clients' connections lead into the network, where it has one."""
        if not self._linked:
            yield
            return
        ask_beforehand()
        with replaced(in_libraries()):
            yield

    def open(self, simulators: Mapping[str, Simulator[Any]], _environments: object, links: VirtualLinks) -> None:
        """Have listen on the network what a fault names a link to; all else it reaches by transports."""
        if not self._linked:
            return
        loop = network_loop()
        if REDIS in self._linked:
            links.listen(loop.network, REDIS, NAME, PORT, partial(RedisConnection, FakeServer()))
        for vendor in self._vendors:
            service = Service(simulators[vendor], LoopTimers(loop, loop.time))
            self._services.append(service)
            links.listen(loop.network, vendor, host_of(vendor), HTTP, partial(Connection, service))

    def _ways(self) -> dict[str, AiohttpTransport]:
        """To the vendors that links lead to, by the application's own client; how many connections it has, is bounded
        around it."""
        made = {vendor: AiohttpTransport(ClientConfig(connections=1_000_000)) for vendor in self._vendors}
        self._transports += made.values()
        return made

    def _claim_store(self, number: int) -> ClaimStore:
        if REDIS not in self._linked:
            return self._run.store.client()
        self._claims.append(RedisClaimStore.from_url(URL.replace(str(PORT), str(PORT + number))))
        return self._claims[-1]

    def _environments(self, number: int) -> dict[str, dict[str, str]]:
        """By vendor, how the process of that number finds it: each has a link of its own."""
        found = {name: dict(each) for name, each in self._run.vendors.environments.items()}
        for vendor in self._vendors if number else ():
            here, there = url_of(vendor), f"{url_of(vendor)}:{HTTP + number}"
            found[vendor] = {name: value.replace(here, there) for name, value in found[vendor].items()}
        return found

    def server(self, process: str, number: int) -> VirtualServer:
        """One process of it."""
        run = self._run
        name = process if run.scenario.replicas > 1 else ""
        return VirtualServer(
            config_of(
                self._environments(number),
                run.scenario.policies.to_json(),
                run.replacements,
                operations=served(run.scenario),
                heard=run.scenario.heard,
            ),
            run.replacements,
            transports=run.vendors.transports(),
            claims=partial(self._claim_store, number),
            dead_letters=run.dead_letters,
            sink=partial(run.hear, name),
            seed=run.scenario.seed + number,
            wall_clock=run.wall,
            on_write=partial(run.moments.wrote, process),
            grace_s=run.scenario.grace_s,
            process=name,
            linked=self._ways,
            on_killed=lambda mark: network_loop().network.cut(mark) if self._linked else None,
        )

    async def ready(self) -> None:
        """It serves as soon as it is made."""

    def gaps(self) -> list[Gap]:
        """It is ours: what goes wrong with it is an error."""
        return []

    def takes(self, _error: object, _message: str) -> bool:
        """An error that nobody asked for is nobody's."""
        return False

    def notes(self) -> list[str]:
        """It says what there is to say by itself."""
        return []

    async def close(self) -> None:
        """Its lives end with the run."""
        for transport in self._transports:
            await transport.close()
        for claims in self._claims:
            await claims.close()
        for service in self._services:
            service.timers.close()
