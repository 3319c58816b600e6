"""What a run needs for an application of somebody else's: its world, its vendors on the network, its servers."""

import asyncio
import contextlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from fakeredis import FakeServer

from brownout_harness.asked.notices import secret_variable
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.problems import BadInput
from brownout_harness.virtual.closed import closed_world
from brownout_harness.virtual.delivery import HOST
from brownout_harness.virtual.foreign.aiohttp_web import as_asgi
from brownout_harness.virtual.foreign.imports import Application
from brownout_harness.virtual.foreign.libraries import ask_beforehand, in_libraries
from brownout_harness.virtual.foreign.loop import NetworkLoop, network_loop
from brownout_harness.virtual.foreign.redis import NAME, PORT, URL, RedisConnection
from brownout_harness.virtual.foreign.server import ForeignServer, last_of
from brownout_harness.virtual.guard import GUARD, is_ours, replaced
from brownout_harness.virtual.links import VirtualLinks
from brownout_scenarios.live_keys import looks_live
from brownout_scenarios.phases import REDIS
from brownout_scenarios.schema import Scenario
from brownout_scenarios.target import REDIS_URL, TEMPLATE, Target
from brownout_simulators.hosts.http1.connection import Connection
from brownout_simulators.hosts.http1.service import Service
from brownout_simulators.hosts.timers import LoopTimers
from brownout_simulators.simulator import Simulator

HTTP: Final = 80
HELD_BACK: Final = "whsec_not_known_yet"
"""Stands for the secrets of notices while libraries are loaded."""


def url_of(vendor: str) -> str:
    """Where a simulator is on the network. It answers to loopback's names only."""
    return f"http://{host_of(vendor)}"


def host_of(vendor: str) -> str:
    """Its name there."""
    return f"{vendor}.localhost"


class ForeignStage:
    """Of one run."""

    base_url = staticmethod(url_of)

    def __init__(self, scenario: Scenario, vendors: Mapping[str, Any]) -> None:
        assert scenario.target is not None  # noqa: S101 - the caller looked
        self._scenario = scenario
        self._target: Target = scenario.target
        self._vendors = vendors
        self._folder = scenario.target_folder or Path.cwd()
        self._application = Application(self._target.asgi)
        self._servers: list[ForeignServer] = []
        self._gaps: list[Gap] = []
        self._left: Counter[str] = Counter()
        self._services: list[Service] = []
        self.loop: Callable[[], NetworkLoop] = partial(NetworkLoop, -self._target.ready.within_s)

    @contextmanager
    def world(self, epoch_s: float) -> Iterator[None]:
        """Its folder and its environment, as a process of its own would have them; libraries are loaded beforehand,
        in a closed world, too."""
        ask_beforehand()
        environ, folder, GUARD.root = dict(os.environ), Path.cwd(), f"{self._folder}{os.sep}"
        try:
            os.chdir(self._folder)
            with self._application.at_hand(self._folder):
                self._hand_over(self._environments())
                with closed_world(epoch_s=epoch_s), contextlib.suppress(BadInput):
                    self._application.anew()
                with replaced(in_libraries()):
                    yield
        finally:
            GUARD.root = ""
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environ)

    def _environments(self) -> dict[str, dict[str, str]]:
        key = self._scenario.name
        made = {n: dict(each.environment(url_of(n), each.test_key(key))) for n, each in self._vendors.items()}
        for name in self._scenario.heard:
            made[name] |= {secret_variable(name): HELD_BACK}
        return made

    def _hand_over(self, environments: Mapping[str, Mapping[str, str]]) -> None:
        values = {"port": HOST.partition(":")[2], "python": sys.executable, REDIS_URL: URL}
        for name, variables in environments.items():
            values |= {f"{name}.url": url_of(name), f"{name}.key": self._vendors[name].test_key(self._scenario.name)}
            os.environ.update(variables)
            if (secret := variables.get(secret_variable(name))) is not None:
                values[f"{name}.webhook_secret"] = secret
        own = {name: TEMPLATE.sub(lambda found: values[found[1]], text) for name, text in self._target.env.items()}
        if any(looks_live(value) for value in own.values()):
            raise BadInput("the target's environment holds a live key: Brownout works with test keys only")
        os.environ.update({"PORT": values["port"], **own})

    def open(
        self,
        simulators: Mapping[str, Simulator[Any]],
        environments: Mapping[str, Mapping[str, str]],
        links: VirtualLinks,
    ) -> None:
        """Have the vendors listen on the network, behind the links that faults name."""
        loop = network_loop()
        self._hand_over(environments)
        if REDIS_URL in self._target.templates():
            links.listen(loop.network, REDIS, NAME, PORT, partial(RedisConnection, FakeServer()))
        for name, simulator in simulators.items():
            service = Service(simulator, LoopTimers(loop, loop.time))
            self._services.append(service)
            links.listen(loop.network, name, host_of(name), HTTP, partial(Connection, service))

    def server(self, process: str, _number: int) -> ForeignServer:
        """One process of the application."""
        server = ForeignServer(
            lambda: as_asgi(self._application.anew()),
            grace_s=self._scenario.grace_s,
            drain_s=self._scenario.drain_s,
            process=process,
            not_back=self._not_back,
        )
        self._servers.append(server)
        return server

    def _not_back(self, why: str) -> None:
        self._gaps.append(Gap(GapKind.NOT_STAGED, why))

    async def ready(self) -> None:
        """Until every process serves, and the run begins. Raises what `ForeignServer.ready` does."""
        for server in self._servers:
            await server.ready(self._target.ready.path, self._target.ready.within_s)
        await asyncio.sleep(-asyncio.get_running_loop().time())

    def gaps(self) -> list[Gap]:
        """Where the run was not what was asked for: what did not come back, and what was refused."""
        refused = [Gap(GapKind.OTHER, message) for message in GUARD.refused()]
        return [*self._gaps, *refused]

    def takes(self, error: object, message: str) -> bool:
        """Whether an error that nobody asked for is the application's own: a process would write it to its log."""
        if isinstance(error, BaseException):
            if is_ours(last_of(error)[0]):
                return False
            message = f"{type(error).__name__}: {error}"
        self._left[" ".join(message.split())[:120]] += 1
        return True

    def notes(self) -> list[str]:
        """What else is to be said of the application."""
        left = [f"the target left an error to nobody {n} times: {error}" for error, n in self._left.most_common(5)]
        return [*left, *(note for server in self._servers for note in server.notes())]

    async def close(self) -> None:
        """The run is over, and what was seen of it collected."""
        for server in self._servers:
            server.end()
        for service in self._services:
            service.timers.close()
