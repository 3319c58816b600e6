"""The links of a run in virtual time: proxies on the network in memory, each with the very connections and toxics that
the proxy on sockets has.

Where a link is named by a fault, everybody's way to that peer leads over the network, the reference application's too:
by its own HTTP and Redis clients, so that there are the connections that those make.
"""

import asyncio
import errno
from collections.abc import Sequence
from contextvars import copy_context
from typing import Final

from brownout_harness.faults.linked import Acted, Linked, act, name_of, on_link
from brownout_harness.faults.strikes import Books as LinkBooks
from brownout_harness.faults.strikes import counted
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.judging.inputs import FaultCount
from brownout_harness.virtual.foreign.network import Listener, Network
from brownout_harness.wire.books import Books, Passage
from brownout_harness.wire.connection import Connection, Means
from brownout_harness.wire.proxy import TAKEN_DOWN
from brownout_harness.wire.toxic import Toxic
from brownout_scenarios.phases import Link
from brownout_scenarios.schema import FaultRule, Scenario
from brownout_simulators.hosts.timers import LoopTimers

BEHIND: Final = 10_000
"""A peer listens so many ports above the first of its proxies."""


class MemoryProxy:
    """One process's way to one peer. It begins enabled."""

    def __init__(self, name: str, means: Means, network: Network, upstream: tuple[str, int]) -> None:
        self.name = name
        self._means = means
        self._network = network
        self._upstream = upstream
        self._world = copy_context()
        self._toxics: dict[str, Toxic] = {}
        self._is_enabled = True
        self._accepted = 0
        self._connections: dict[Connection, None] = {}

    def enable(self) -> None:
        """Listen."""
        self._is_enabled = True

    def disable(self) -> None:
        """Listen no longer, and close what is open."""
        self._is_enabled = False
        for connection in tuple(self._connections):
            connection.abort(TAKEN_DOWN)

    def add(self, toxic: Toxic) -> None:
        """On what is open, too."""
        self._toxics[toxic.name] = toxic
        for connection in tuple(self._connections):
            connection.add(toxic)

    def remove(self, name: str) -> None:
        """It acts no longer."""
        toxic = self._toxics.pop(name)
        for connection in tuple(self._connections):
            connection.remove(toxic)

    def accept(self) -> asyncio.Protocol:
        """A client connects: its end. Raises `ConnectionRefusedError` while nothing listens."""
        if not self._is_enabled:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        # Nothing here is the client's own: it may be stopped, or dead, and the proxy goes on.
        return self._world.copy().run(self._open)

    def _open(self) -> asyncio.Protocol:
        self._accepted += 1
        passage = Passage(self.name, self._accepted, self._means.clock(), "")
        self._means.books.open(passage)
        connection = Connection(self._means, passage, on_begin=self._begin, on_gone=self._is_gone)
        listening = self._network.resolve(*self._upstream)
        transport = self._network.connect(listening, connection.server)
        host, port = transport.get_extra_info("sockname")
        passage.seen_as = f"{host}:{port}"
        return connection.client

    def _begin(self, connection: Connection) -> None:
        self._connections[connection] = None
        for toxic in self._toxics.values():
            connection.add(toxic)

    def _is_gone(self, connection: Connection) -> None:
        self._connections.pop(connection, None)


class VirtualLinks:
    """All of a run's. Acts out the faults that happen on the wire."""

    def __init__(self, scenario: Scenario, loop: asyncio.AbstractEventLoop) -> None:
        self._scenario = scenario
        self._loop = loop
        self._rules: tuple[FaultRule, ...] = ()
        self._books = Books()
        self._timers = LoopTimers(loop, loop.time)
        self._means = Means(loop, self._timers, loop.time, self._books, scenario.seed)
        self._laid: dict[Link, tuple[tuple[Linked, ...], Acted]] = {}

    def schedule(self, rules: Sequence[FaultRule], start_at_s: float) -> None:  # noqa: ARG002 - it starts at 0
        """Told before anybody listens."""
        self._rules = tuple(rules)

    def listen(self, network: Network, peer: str, host: str, port: int, listener: Listener) -> None:
        """What the target finds there: the peer itself, or where a fault names a link to it, a proxy for each of the
        target's processes, the first at this port, the others at the next ones."""
        if peer not in self._scenario.linked:
            network.listen(host, port, listener)
            return
        network.listen(host, port + BEHIND, listener)
        for number, process in enumerate(self._scenario.processes):
            proxy = MemoryProxy(name_of(process, peer), self._means, network, (host, port + BEHIND))
            network.listen(host, port + number, proxy.accept)
            rules = on_link(self._rules, process, peer)
            acted = act(rules, proxy, start_at_s=0.0, clock=self._loop.time, call_at=self._loop.call_at)
            self._laid[Link(process, peer)] = rules, acted

    def books(self) -> list[LinkBooks]:
        """What was struck, link by link."""
        vendors = {rule.link.peer: rule.vendor for rule in self._rules if rule.link is not None}
        told = [passage.as_json() for passage in self._books.passages]
        return [
            LinkBooks(
                link,
                is_of_vendor=bool(vendors.get(link.peer)),
                rules=rules,
                passages=tuple(each for each in told if each["proxy"] == name_of(link.process, link.peer)),
            )
            for link, (rules, _) in self._laid.items()
        ]

    def counts(self) -> dict[str, FaultCount]:
        """By fault, how many connections were open while it was in force, and how many of them it struck."""
        return counted(self.books())

    def gaps(self, until_s: float) -> list[Gap]:
        """Where what was to happen did not."""
        gaps = [gap for rules, acted in self._laid.values() for gap in acted.gaps(rules, until_s)]
        if self._books.forgotten:
            gaps.append(Gap(GapKind.EVIDENCE_LOST, f"{self._books.forgotten} connections of links were forgotten"))
        return gaps

    def close(self) -> None:
        """The run is over."""
        self._timers.close()
