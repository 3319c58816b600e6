"""The disk under the dead letters in virtual time: while it is full, whatever would be written fails.

It fails as SQLite fails, and at once. What is there can be read, as on a real disk. There is no other place: the
gateway's spill file lies on the same disk.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Self, TypeVar

from brownout_core.clock import MachineClock, WallClock
from brownout_core.records import DeadLetter, DeadLetterStore, LetterState, StoreUnavailable
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_scenarios.phases import Action

T = TypeVar("T")

NO_ROOM = "dead letters: database or disk is full"


class LettersDisk:
    """A `DeadLetterStore` on a disk that may be full. Belongs to one loop."""

    def __init__(self, inner: DeadLetterStore, clock: Callable[[], float]) -> None:
        """`clock` gives the run's seconds."""
        self._inner = inner
        self._clock = clock
        self._full_since_s: float | None = None
        self._refused = 0

    @classmethod
    def empty(cls, wall_clock: WallClock, clock: Callable[[], float]) -> Self:
        """One with nothing on it, and the store that the gateway would open there."""
        machine = MachineClock(clock, "virtual")
        return cls(SqliteDeadLetterStore(":memory:", wall_clock=wall_clock, machine=machine), clock)

    def act(self, action: Action) -> list[Gap]:
        """Fill or free it; the gap where nobody has felt that it was full."""
        if action.fill is not None:
            self._full_since_s, self._refused = self._clock(), 0
            return []
        since_s, self._full_since_s = self._full_since_s, None
        if self._refused:
            return []
        return [
            Gap(GapKind.NOT_STAGED, "nothing was to be written to the disk while it was full", since_s, self._clock())
        ]

    async def _write(self, work: Coroutine[Any, Any, T]) -> T:
        if self._full_since_s is not None:
            work.close()
            self._refused += 1
            raise StoreUnavailable(NO_ROOM)
        return await work

    async def put(self, letter: DeadLetter) -> str:
        return await self._write(self._inner.put(letter))

    async def get(self, letter_id: str) -> DeadLetter | None:
        return await self._inner.get(letter_id)

    async def page(self, states: Sequence[LetterState], limit: int, after: str = "") -> Sequence[DeadLetter]:
        return await self._inner.page(states, limit, after)

    async def count(self) -> dict[LetterState, int]:
        return await self._inner.count()

    async def lease(self, letter_id: str, owner: str, lease_s: float, *, insist: bool = False) -> DeadLetter | None:
        return await self._write(self._inner.lease(letter_id, owner, lease_s, insist=insist))

    async def undertake(self, letter: DeadLetter, owner: str, lease_s: float) -> DeadLetter:
        return await self._write(self._inner.undertake(letter, owner, lease_s))

    async def note(self, letter_id: str, owner: str, progress: bytes) -> bool:
        return await self._write(self._inner.note(letter_id, owner, progress))

    async def forget(self, letter_id: str, owner: str) -> bool:
        return await self._write(self._inner.forget(letter_id, owner))

    async def settle(self, letter: DeadLetter, owner: str) -> bool:
        return await self._write(self._inner.settle(letter, owner))

    async def discard(self, letter_id: str) -> bool:
        return await self._write(self._inner.discard(letter_id))

    async def check(self) -> None:
        await self._inner.check()

    async def close(self) -> None:
        await self._inner.close()
