"""The store of a run in virtual time: a Redis that can be stopped, killed, emptied and put back, and who asks it.

A stopped one answers nobody. What it was sent over a connection that was open waits in its socket, and is done when it
goes on, in that order, for whoever has given up by then, too: a claim may be made that nobody holds. Over a new
connection nothing is sent before it has said who it is. A killed one refuses connections, and comes back empty. Clients
have the timeouts, the tries and the connections that the real client has.
"""

import asyncio
import copy
from collections.abc import Callable, Coroutine
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from brownout_core.records import Begun, ClaimStore, StoreUnavailable
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.redis import CONNECTIONS, TIMEOUT_S, TRIES
from brownout_harness.faults.snapshots import Snapshots
from brownout_harness.faults.starving import pulse_of
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.virtual.shelf import FileShelf
from brownout_scenarios.phases import Action
from brownout_scenarios.processes import State
from brownout_scenarios.schema import Scenario

T = TypeVar("T")

CLAIMS_LIMIT: Final = 1_000_000
"""In memory; those on disk do not count."""

Command: TypeAlias = Callable[[MemoryClaimStore], Coroutine[Any, Any, T]]
"""None of them waits for anything."""


class Waiting(NamedTuple):
    """A command that was not answered yet."""

    command: Command[Any]
    answer: asyncio.Future[Any]
    is_sent: bool
    """Else whoever waits is still about to."""


class Snapshot(NamedTuple):
    """What it held, and after how many commands."""

    memory: MemoryClaimStore
    age: int


class VirtualStore:
    """One store. Belongs to one loop."""

    def __init__(self, scenario: Scenario, loop: asyncio.AbstractEventLoop, *, away: FileShelf | None = None) -> None:
        """`away` takes what is settled and old."""
        # Always the same object: what is copied is to keep it.
        self._clock = loop.time
        self._loop = loop
        self._pulse: asyncio.TimerHandle | None = None
        """While it is starved, what ends the pulse that is on."""
        self._away = away
        self._snapshots = Snapshots[Snapshot](scenario)
        for at_s in self._snapshots.due:
            loop.call_at(at_s, self._snap)
        self._state: State = "running"
        self._age = 0
        """How often something was done to it."""
        self._empty_at = 0
        """The age at which it held nothing."""
        self._waiting: list[Waiting] = []
        self._forgotten = 0
        self._memory = self._made()

    def _made(self) -> MemoryClaimStore:
        away = None if self._away is None else self._away.another()
        return MemoryClaimStore(self._clock, capacity=CLAIMS_LIMIT, away=away)

    @property
    def forgotten(self) -> int:
        """Claims that went for want of room."""
        return self._forgotten + self._memory.forgotten

    @property
    def runs(self) -> bool:
        """Whether it answers."""
        return self._state == "running"

    def client(self) -> ClaimStore:
        """One process's way to it."""
        return _Client(self)

    def act(self, action: Action) -> list[Gap]:
        """Do it; the gap where it is not as asked."""
        self._snap()
        why = self._done(action)
        return [Gap(GapKind.NOT_STAGED, f"{action.text}: {why}", self._clock())] if why else []

    def _done(self, action: Action) -> str:
        """In what it is not as asked; empty: it is."""
        if action.kill is not None:
            self._state = "down"
            self._hold(self._made(), is_empty=True)
        elif action.pause is not None:
            self._state = "paused"
        elif action.start is not None:
            self._go_on()
        elif action.starve is not None:
            self._stand_still(*pulse_of(action))
        elif action.feed is not None:
            if self._pulse is not None:
                self._pulse.cancel()
            self._go_on()
        elif action.restore is not None:
            return self._restore(self._snapshots.as_of(self._clock() - action.restore.from_s))
        else:
            held_nothing = self._age == self._empty_at
            self._hold(self._made(), is_empty=True)
            return "it held nothing" if held_nothing else ""
        return ""

    def _stand_still(self, still_s: float, running_s: float) -> None:
        """And go on, in turn, until it is fed."""
        self._state = "paused"

        def run() -> None:
            self._go_on()
            self._pulse = self._loop.call_later(running_s, self._stand_still, still_s, running_s)

        self._pulse = self._loop.call_later(still_s, run)

    def _go_on(self) -> None:
        self._state = "running"
        waiting, self._waiting = self._waiting, []
        for command, answer, is_sent in waiting:
            if answer.done() and not is_sent:
                continue
            try:
                result = _at_once(self._begun(command))
            except StoreUnavailable as error:
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(result)

    def _restore(self, snapshot: Snapshot | None) -> str:
        if snapshot is None:
            return "nobody knows what it held then"
        nothing_since = snapshot.age == self._age
        self._hold(copied(snapshot.memory, self._clock), is_empty=False)
        return "nothing had changed since" if nothing_since else ""

    def _snap(self) -> None:
        self._snapshots.take(self._clock(), self._snapshot)

    def _snapshot(self) -> Snapshot | None:
        return Snapshot(copied(self._memory, self._clock), self._age) if self.runs else None

    def _hold(self, memory: MemoryClaimStore, *, is_empty: bool) -> None:
        self._forgotten += self._memory.forgotten
        self._memory = memory
        self._age += 1
        if is_empty:
            self._empty_at = self._age

    async def ask(self, command: Command[T], *, is_open: bool) -> T:
        """The answer, over a connection that `is_open` already or not. Waits for as long as the store is stopped.
        Raises `StoreUnavailable` where it is not there."""
        if self._state == "down":
            raise StoreUnavailable("redis: ConnectionError")
        if self._state == "running":
            return await self._begun(command)
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(command, answer, is_open))
        return await answer

    def _begun(self, command: Command[T]) -> Coroutine[Any, Any, T]:
        self._age += 1
        return command(self._memory)


def copied(memory: MemoryClaimStore, clock: Callable[[], float]) -> MemoryClaimStore:
    """One that holds the same, on the same clock."""
    return copy.deepcopy(memory, {id(clock): clock})


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    try:
        work.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    raise RuntimeError("a store in memory waits for nothing")


class _Client:
    """A `ClaimStore`: the connections of one process."""

    def __init__(self, store: VirtualStore) -> None:
        self._store = store
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._open = 0
        """Connections that nobody uses. One is enough for a store that answers at once."""

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        return await self._ask(lambda memory: memory.begin(key, fingerprint, owner, lease_s))

    async def sending(self, key: str, owner: str, fence: int) -> bool:
        return await self._ask(lambda memory: memory.sending(key, owner, fence))

    async def complete(self, key: str, owner: str, fence: int, result: bytes) -> bool:
        return await self._ask(lambda memory: memory.complete(key, owner, fence, result))

    async def release(self, key: str, owner: str, fence: int) -> bool:
        return await self._ask(lambda memory: memory.release(key, owner, fence))

    async def abandon(self, key: str, owner: str, fence: int) -> bool:
        return await self._ask(lambda memory: memory.abandon(key, owner, fence))

    async def advance(self, key: str, step: int, value: bytes) -> bool:
        return await self._ask(lambda memory: memory.advance(key, step, value))

    async def furthest(self, key: str) -> bytes | None:
        return await self._ask(lambda memory: memory.furthest(key))

    async def check(self) -> None:
        await self._ask(lambda memory: memory.check())

    async def close(self) -> None:
        return

    async def _ask(self, command: Command[T]) -> T:
        if self._store.runs:
            self._open = max(self._open, 1)
            return await self._store.ask(command, is_open=True)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._free.acquire()
        except TimeoutError:
            raise StoreUnavailable("redis: ConnectionError") from None
        is_open = self._open > 0
        self._open -= is_open
        try:
            for _ in range(TRIES):
                try:
                    async with asyncio.timeout(TIMEOUT_S):
                        answer = await self._store.ask(command, is_open=is_open)
                except TimeoutError:
                    is_open = False  # the answer to this command must not be taken for another's
                else:
                    self._open += 1
                    return answer
        finally:
            self._free.release()
        raise StoreUnavailable("redis: TimeoutError")
