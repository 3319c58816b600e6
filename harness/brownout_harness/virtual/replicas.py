"""The processes of the target in virtual time: each a server with lives of its own, all on the same stores.

Each has its own client of every vendor, breaker, limiter and retry budget, and its own randomness: what they share is
what a store holds.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from brownout_harness.asked.dead_letters import Dialogue
from brownout_harness.faults.starving import pulse_of
from brownout_harness.judging.endings import Ending
from brownout_harness.virtual.foreign.server import ForeignServer
from brownout_harness.virtual.server import VirtualServer
from brownout_scenarios.phases import Action

T = TypeVar("T")


class Replicas:
    """All of them, by name. Belongs to one loop."""

    def __init__(self, names: Iterable[str], make: Callable[[str, int], VirtualServer | ForeignServer]) -> None:
        """`make` gets a name and its number, from 0."""
        self.servers = {name: make(name, number) for number, name in enumerate(names)}
        self._pulses: dict[str, asyncio.TimerHandle] = {}
        """Of those that are starved, what ends the one that is on."""

    def take(self, action: Action, names: Iterable[str]) -> None:
        """Do to these what the action says."""
        for name in names:
            server = self.servers[name]
            if action.kill is not None:
                server.kill()
            elif action.pause is not None:
                server.pause()
            elif action.stop is not None:
                server.stop()
            elif action.starve is not None:
                self._starve(name, *pulse_of(action))
            elif action.feed is not None:
                self._feed(name)
            else:
                server.start()

    def _starve(self, name: str, still_s: float, running_s: float) -> None:
        """It stands still, and runs, in turn."""
        loop = asyncio.get_running_loop()
        self.servers[name].pause()

        def run() -> None:
            self.servers[name].start()
            self._pulses[name] = loop.call_later(running_s, self._starve, name, still_s, running_s)

        self._pulses[name] = loop.call_later(still_s, run)

    def _feed(self, name: str) -> None:
        self._pulses.pop(name).cancel()
        self.servers[name].start()

    async def talk(self, dialogue: Dialogue[T], running: Sequence[str]) -> T:
        """With the first of those that run; where none does, with the first, which will not answer."""
        return await self.servers[next(iter([*running, *self.servers]))].talk(dialogue)

    def is_at_work(self) -> bool:
        """Whether anything that was asked of any has not ended."""
        return any(server.is_at_work() for server in self.servers.values())

    def is_ending(self, names: Iterable[str]) -> bool:
        """Whether one of these was told to stop and has not ended yet."""
        return any(self.servers[name].is_ending() for name in names if name in self.servers)

    def endings(self) -> tuple[Ending, ...]:
        """What came of each stop of any, in their order."""
        found = (each for name, server in self.servers.items() for each in server.endings(name))
        return tuple(sorted(found, key=lambda each: each.asked_s))

    def end(self) -> None:
        """Every life of any is over: the loop may come to rest."""
        for pulse in self._pulses.values():
            pulse.cancel()
        for server in self.servers.values():
            server.end()
