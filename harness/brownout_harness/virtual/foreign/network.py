"""The network that an application of somebody else's has in virtual time: names with an address each, and who listens.

Nothing else is there. Who asks for what is not there is refused with one line that says what is, and a run with such a
refusal comes to no verdict: what was to happen did not.
"""

import asyncio
import socket
import sys
from collections.abc import Callable
from contextvars import copy_context
from types import FrameType
from typing import Final

from brownout_harness.virtual.foreign.sockets import Address, Quiet
from brownout_harness.virtual.foreign.transports import MemoryTransport, pair
from brownout_harness.virtual.frozen import PROCESS
from brownout_harness.virtual.guard import STDLIB, NotVirtual, beyond, refusal

ONE_WAY_S: Final = 0.0005
"""Bytes are so long on their way: there and back, about what it is on loopback."""
FIRST_PORT: Final = 40_000
"""Of those that clients get."""
NAMELESS: Final = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - nobody binds there
HERE: Final = "127.0.0.1"
REASONS: Final = {
    5432: "there is no PostgreSQL in virtual time, for no other program does what it does: run it with --mode real",
    3306: "there is no MySQL in virtual time, for no other program does what it does: run it with --mode real",
    6379: "the run's Redis is at {{redis.url}}: hand it over in target.env",
    443: "vendors are at addresses of their own, without TLS: hand them over in target.env ({{vendor.url}})",
}
"""Of a port, why nobody listens there."""
PASSED_THROUGH: Final = STDLIB | {"brownout_harness", "brownout_simulators"}

Listener = Callable[[], asyncio.Protocol]


class Network:
    """Of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._world = copy_context()
        self._addresses: dict[str, str] = {}
        self._listeners: dict[Address, Listener] = {}
        self._ends: dict[object, dict[MemoryTransport, None]] = {}
        self._ports = FIRST_PORT
        self._quiet = Quiet()
        self.connections = 0
        """How many were made."""

    def listen(self, name: str, port: int, listener: Listener) -> None:
        """From now on `listener` makes a protocol for each connection to that name and port."""
        address = self._addresses.setdefault(name, f"198.18.0.{len(self._addresses) + 1}")  # RFC 2544: for such uses
        self._listeners[address, port] = listener

    def resolve(self, name: str | bytes | None, port: int) -> Address:
        """Where that is. Raises `NotVirtual` where there is no such name, and nobody listens at such an address."""
        host = name.decode("ascii") if isinstance(name, bytes) else name or HERE
        address = self._addresses.get(host.rstrip("."), host)
        if (address, port) in self._listeners:
            return address, port
        raise self._nobody(host, port)

    def _nobody(self, host: str, port: int) -> NotVirtual:
        names = {address: name for name, address in self._addresses.items()}
        there = ", ".join(f"{names[address]}:{at}" for address, at in self._listeners)
        why = REASONS.get(port, f"nobody listens there; there is {there}")
        return refusal(caller(sys._getframe(1)), f"connects to {names.get(host, host)}:{port}", why)

    def connect(self, listening: Address, protocol: asyncio.Protocol) -> MemoryTransport:
        """A connection of the running process to whoever listens there."""
        self._ports += 1
        self.connections += 1
        own = (HERE, self._ports)
        context, world = copy_context(), self._world
        here, there = pair(self._loop, (own, context), (listening, world), ONE_WAY_S, self._quiet.fd)
        serving = self._listeners[listening]()
        here.set_protocol(protocol)
        there.set_protocol(serving)
        ends = self._ends.setdefault(PROCESS.get(), {})
        ends[here] = None
        here.on_lost = lambda: ends.pop(here, None)
        world.run(serving.connection_made, there)
        protocol.connection_made(here)
        return here

    def cut(self, process: object) -> None:
        """That process is dead: its connections are closed for it."""
        for end in self._ends.pop(process, {}):
            end.cut()

    def is_moving(self) -> bool:
        """Whether anything is on its way."""
        return any(end.is_moving() for ends in self._ends.values() for end in ends)

    def close(self) -> None:
        """The run is over."""
        self._quiet.close()


def caller(frame: FrameType | None) -> FrameType | None:
    """Who asked the loop for something: neither the standard library nor ourselves."""
    return beyond(frame, PASSED_THROUGH) or frame


def found(address: Address, kind: int) -> list[tuple[int, int, int, str, Address]]:
    """As `getaddrinfo` says it."""
    return [(socket.AF_INET, kind or socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address)]
