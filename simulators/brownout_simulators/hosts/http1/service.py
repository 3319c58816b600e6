"""What the connections of one simulator share: clock and timers, the turn's answers, the watch over slow clients."""

import asyncio
import contextlib
import logging
from typing import Any, Final, Protocol

from brownout_simulators.hosts.http1.patience import Patience
from brownout_simulators.hosts.http1.reception import Reception
from brownout_simulators.hosts.http1.turn import Turn
from brownout_simulators.hosts.timers import Timer, Timers
from brownout_simulators.simulator import Simulator

_COMPLAINT_EVERY_S: Final = 1.0
_STOP_WITHIN_S: Final = 1.0
"""How long a client may take to read what it was sent when the service stops."""

_log = logging.getLogger(__name__)


class Watched(Protocol):
    """A connection, as the service sees it."""

    due_s: float

    def give_up(self, now_s: float) -> None:
        """Its client has taken too long."""
        ...

    def end(self) -> None:
        """The service stops: close it when what was written is out."""
        ...

    def cut(self) -> None:
        """Close it at once."""
        ...


class Service:
    """On the running event loop; `timers` must go by the simulator's clock."""

    def __init__(self, simulator: Simulator[Any], timers: Timers, *, patience: Patience | None = None) -> None:
        self.simulator = simulator
        self.clock = simulator.clock
        self.timers = timers
        self.body_limit = simulator.vendor.body_limit
        self.patience = patience or Patience()
        self.reception = Reception(simulator)
        self.turn = Turn(asyncio.get_running_loop(), simulator.problem)
        self.connections: set[Watched] = set()
        self._given_up: set[Watched] = set()
        self._watch: Timer | None = None
        self._gone: asyncio.Event | None = None
        self._complains_from_s = float("-inf")
        self._unsaid = 0

    def joined(self, connection: Watched) -> None:
        """A connection was opened."""
        self.connections.add(connection)
        if self._watch is None:
            self._watch = self.timers.call_at(self.clock() + self.patience.look_s, self._look)

    def parted(self, connection: Watched, *, handling: bool) -> None:
        """A connection is closed; what its client asked for may still be `handling`."""
        self.connections.discard(connection)
        if handling:
            self._given_up.add(connection)
        if not self.connections and self._gone is not None:
            self._gone.set()

    def handled(self, connection: Watched) -> None:
        """What the client of a closed connection had asked for is done."""
        self._given_up.discard(connection)

    def complain(self, why: str) -> None:
        """One line in the log, and no more than one a second: whoever sends nonsense may send a lot of it."""
        now_s = self.clock()
        if now_s < self._complains_from_s:
            self._unsaid += 1
            return
        more = f" ({self._unsaid} others before it were not logged)" if self._unsaid else ""
        _log.warning("%s: a request was refused: %s%s", self.simulator.vendor.name, why[:200], more)
        self._complains_from_s, self._unsaid = now_s + _COMPLAINT_EVERY_S, 0

    async def stop(self) -> None:
        """Close every connection, whatever is under way on it, and wait until they are closed."""
        if self._watch is not None:
            self._watch.cancel()
        self._gone = asyncio.Event()
        for connection in [*self.connections, *self._given_up]:
            connection.end()
        self._given_up.clear()
        if self.connections:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STOP_WITHIN_S):
                    await self._gone.wait()
        for connection in list(self.connections):
            connection.cut()
        if self.connections:
            await self._gone.wait()

    def _look(self) -> None:
        now_s = self.clock()
        for connection in list(self.connections):
            if connection.due_s < now_s:
                connection.give_up(now_s)
        self._watch = None
        if self.connections:
            self._watch = self.timers.call_at(now_s + self.patience.look_s, self._look)
