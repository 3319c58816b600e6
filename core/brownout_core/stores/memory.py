"""Idempotency claims in this process's memory: for virtual time, tests, and applications of one process.

A restart forgets them; use `stores.redis` where that matters.
"""

import asyncio
import marshal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final, Protocol

from brownout_core.errors import ConfigError
from brownout_core.records import Begun, Busy, Claimed, Finished, Mismatched, StoreUnavailable

DAY_S = 86_400.0
NEWEST: Final = 16_384
"""So many claims stay in memory at least, where others are put away: all that are likely to be asked for again."""


class _State(StrEnum):
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    RELEASED = "released"


@dataclass(slots=True)
class _Record:
    state: _State
    fingerprint: str
    owner: str
    fence: int
    began_s: float
    """When the first owner began since the key was last free."""
    sent_s: float
    """When the last of them announced a sending; when the first one began, where none did."""
    lease_until_s: float
    forget_at_s: float
    result: bytes = b""
    taken_over: bool = False

    def packed(self) -> bytes:
        return marshal.dumps(
            (
                self.state.value, self.fingerprint, self.owner, self.fence, self.began_s, self.sent_s,
                self.lease_until_s, self.forget_at_s, self.result, self.taken_over,
            )
        )  # fmt: skip


def _unpacked(packed: bytes) -> _Record:
    state, *others = marshal.loads(packed)  # noqa: S302  packed by the store
    return _Record(_State(state), *others)


class Shelf(Protocol):
    """Somewhere that takes no memory."""

    def put(self, packed: Mapping[str, bytes]) -> None:
        """Keep these; what is there under one of the keys is replaced."""
        ...

    def get(self, key: str) -> bytes | None:
        """What was put there; None: nothing."""
        ...


class MemoryClaimStore:
    """A `ClaimStore` in a dictionary. Safe within one event loop: no method waits for anything."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        keep_s: float = DAY_S,
        capacity: int = 1_000_000,
        away: Shelf | None = None,
    ) -> None:
        """`clock` gives monotonic seconds; a record is forgotten `keep_s` after its last change, or when there
        are more than `capacity` of them (the oldest that is not in progress goes first, and is counted).

        What is settled and old is put `away`, where a place is given that takes no memory; those do not count."""
        if keep_s <= 0:
            raise ConfigError(f"keep_s must be > 0 seconds, got {keep_s}")
        if capacity < 1:
            raise ConfigError(f"capacity must be >= 1, got {capacity}")
        self._clock = clock
        self._keep_s = keep_s
        self._capacity = capacity
        self._away = away
        self._put_away_at = 2 * NEWEST
        """With so many records in memory, the old ones are put away."""
        self.forgotten = 0
        """Records that went for want of room: who comes back for one of those is not known any more."""
        # Ordered by last change, which is the order in which records expire: every change re-inserts.
        self._records: dict[str, _Record] = {}
        self._steps: dict[str, tuple[int, bytes, float]] = {}
        """By key: the step, what is kept of it, and when it is forgotten; ordered as the records are."""

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        now_s = self._clock()
        self._forget_expired(now_s)
        record = self._known(key, now_s)
        if record is None or record.state is _State.RELEASED:
            return self._claim(key, fingerprint, owner, lease_s, now_s, earlier=record)
        if record.fingerprint != fingerprint:
            return Mismatched()
        if record.state is _State.COMPLETED:
            return Finished(record.result)
        if record.owner == owner:
            return self._claimed(record, now_s)
        if now_s < record.lease_until_s:
            return Busy(record.lease_until_s - now_s)
        return self._claim(key, fingerprint, owner, lease_s, now_s, earlier=record)

    def _claim(
        self, key: str, fingerprint: str, owner: str, lease_s: float, now_s: float, *, earlier: _Record | None
    ) -> Claimed:
        taken_over = earlier is not None and earlier.state is _State.IN_PROGRESS
        record = _Record(
            state=_State.IN_PROGRESS,
            fingerprint=fingerprint,
            owner=owner,
            fence=1 if earlier is None else earlier.fence + 1,
            began_s=earlier.began_s if taken_over and earlier is not None else now_s,
            sent_s=earlier.sent_s if taken_over and earlier is not None else now_s,
            lease_until_s=now_s + lease_s,
            forget_at_s=now_s + max(self._keep_s, lease_s),
            taken_over=taken_over,
        )
        if earlier is None:
            self._make_room()
        self._touch(key, record)
        return self._claimed(record, now_s)

    @staticmethod
    def _claimed(record: _Record, now_s: float) -> Claimed:
        if not record.taken_over:
            return Claimed(record.fence)
        return Claimed(record.fence, True, now_s - record.began_s, now_s - record.sent_s)

    async def sending(self, key: str, owner: str, fence: int) -> bool:
        held = self._held(key, owner, fence)
        if held is None:
            return False
        held.sent_s = self._clock()
        return True

    async def complete(self, key: str, owner: str, fence: int, result: bytes) -> bool:
        record = self._known(key, self._clock())
        if record is not None and record.state is _State.COMPLETED and (record.owner, record.fence) == (owner, fence):
            return True
        held = self._held(key, owner, fence)
        if held is None:
            return False
        held.state = _State.COMPLETED
        held.result = result
        self._touch(key, held)
        return True

    async def release(self, key: str, owner: str, fence: int) -> bool:
        held = self._held(key, owner, fence)
        if held is None:
            return False
        held.state = _State.RELEASED
        self._touch(key, held)
        return True

    async def abandon(self, key: str, owner: str, fence: int) -> bool:
        held = self._held(key, owner, fence)
        if held is None:
            return False
        held.lease_until_s = self._clock()
        return True

    async def advance(self, key: str, step: int, value: bytes) -> bool:
        now_s = self._clock()
        self._forget_steps(now_s)
        kept = self._steps.get(key)
        if kept is not None and step <= kept[0]:
            return False
        self._steps.pop(key, None)
        self._steps[key] = (step, value, now_s + self._keep_s)
        return True

    async def furthest(self, key: str) -> bytes | None:
        self._forget_steps(self._clock())
        kept = self._steps.get(key)
        return None if kept is None else kept[1]

    async def check(self) -> None:
        return

    async def close(self) -> None:
        return

    def _known(self, key: str, now_s: float) -> _Record | None:
        record = self._records.get(key)
        if record is not None or self._away is None:
            return record
        packed = self._away.get(key)
        record = None if packed is None else _unpacked(packed)
        return record if record is not None and now_s < record.forget_at_s else None

    def _held(self, key: str, owner: str, fence: int) -> _Record | None:
        record = self._records.get(key)
        if record is None or record.state is not _State.IN_PROGRESS or (record.owner, record.fence) != (owner, fence):
            return None
        # An owner whose lease is over has lost the key, even if nobody has taken it yet.
        return record if self._clock() < record.lease_until_s else None

    def _touch(self, key: str, record: _Record) -> None:
        record.forget_at_s = max(self._clock() + self._keep_s, record.lease_until_s)
        self._records.pop(key, None)
        self._records[key] = record

    def _forget_expired(self, now_s: float) -> None:
        while self._records:
            oldest = next(iter(self._records))
            if self._records[oldest].forget_at_s > now_s:
                return
            del self._records[oldest]

    def _forget_steps(self, now_s: float) -> None:
        while self._steps:
            oldest = next(iter(self._steps))
            is_over = self._steps[oldest][2] <= now_s
            if not is_over and len(self._steps) <= self._capacity:
                return
            del self._steps[oldest]
            self.forgotten += not is_over

    def _make_room(self) -> None:
        if self._away is not None and len(self._records) >= self._put_away_at:
            self._put_away(self._away)
        if len(self._records) < self._capacity:
            return
        for key, record in self._records.items():
            if record.state is not _State.IN_PROGRESS:
                del self._records[key]
                self.forgotten += 1
                return
        raise StoreUnavailable(f"all {self._capacity} claims are in progress")

    def _put_away(self, away: Shelf) -> None:
        old = islice(self._records.items(), len(self._records) - NEWEST)
        settled = {key: record.packed() for key, record in old if record.state is not _State.IN_PROGRESS}
        away.put(settled)
        for key in settled:
            del self._records[key]
        # Those in progress stay: without counting from what is left they would all be looked at each time.
        self._put_away_at = len(self._records) + NEWEST


def open_claims(_url: str) -> MemoryClaimStore:
    """The store of one process: `memory:`."""
    return MemoryClaimStore(asyncio.get_running_loop().time)
