"""What was fetched for all, held: by name, renewed before its time is over, by one request for each name.

    fetched ──▶ fresh: handed out ──▶ due: handed out, and renewed beside the calls ──▶ over: fetched, everybody waits

When it is due is a share of its time, another one for each thing that is held: those that were fetched together are not
renewed together. After a renewal that failed nobody tries again for a while, as long as what is held is good. A fetch
that is not answered is given up in time: else all who want it would wait for the one that hangs.

Who waits for a fetch that fails is told its error, each in a copy of his own, and that nothing of his own was sent.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import blake2b
from math import inf
from typing import Final, Generic, TypeVar

from brownout_core.errors import AttemptTimeout, CallRejected, ConnectFailed, ServiceError
from brownout_core.policies.renewal import tell_defect
from brownout_core.transport import unsent

T = TypeVar("T")

EARLIEST: Final = 0.6
LATEST: Final = 0.8
"""Between these shares of its time it is due."""
APART_S: Final = 1.0
"""After a renewal that failed, until the next."""
WITHIN_S: Final = 5.0
"""From the start of a fetch to the whole answer."""
MOST: Final = 1_000
"""Things that are held; of more the oldest is let go."""


@dataclass(slots=True)
class Lent(Generic[T]):
    """What was fetched, and for how long it is good, from the instant before it was asked for."""

    value: T
    lasts_s: float
    due_s: float | None = None
    """When to renew it, where its keeper has a wish; None: at a share of its time."""
    mark: str = ""
    """Whatever tells it from others: its lease's id."""


@dataclass(slots=True)
class _Entry(Generic[T]):
    lent: Lent[T]
    due_at_s: float
    ends_at_s: float
    paused_until_s: float = -inf


def share_of(mark: str) -> float:
    """Of its time, after which something is due: the same for ever for one thing, and spread evenly over many."""
    drawn = int.from_bytes(blake2b(mark.encode(), digest_size=4).digest(), "big") / 2**32
    return EARLIEST + (LATEST - EARLIEST) * drawn


Fetch = Callable[[T | None], Awaitable[Lent[T]]]
"""(what is held and still good, or None) to what is good from now on."""


class Held(Generic[T]):
    """One vendor's things of a kind. For one event loop; not thread-safe."""

    def __init__(self, vendor: str, call: str) -> None:
        """`call` is what errors call a fetch."""
        self._vendor = vendor
        self._call = call
        self._entries: dict[str, _Entry[T]] = {}
        self._under_way: dict[str, asyncio.Task[T]] = {}

    async def get(self, name: str, fetch: Fetch[T]) -> T:
        """The thing of that name. Raises what fetching it raised, where none is held that is good."""
        now_s = asyncio.get_running_loop().time()
        entry = self._entries.get(name)
        if entry is None or now_s >= entry.ends_at_s:
            return await self._wait_for(name, fetch)
        if now_s >= max(entry.due_at_s, entry.paused_until_s) and name not in self._under_way:
            self._start(name, fetch)
        return entry.lent.value

    def drop(self, name: str) -> None:
        """Whatever is held of that name is not used again."""
        self._entries.pop(name, None)

    async def _wait_for(self, name: str, fetch: Fetch[T]) -> T:
        fetching = self._under_way.get(name) or self._start(name, fetch)
        try:
            await asyncio.wait([fetching])
        except asyncio.CancelledError as cancelled:
            raise unsent(cancelled) from None
        if fetching.cancelled():
            raise ConnectFailed(self._vendor, self._call, "the fetch was given up")
        error = fetching.exception()
        if isinstance(error, ServiceError):
            own = error.copied()
            own.may_have_effect = False
            raise own from error.__cause__
        return fetching.result()

    def _start(self, name: str, fetch: Fetch[T]) -> asyncio.Task[T]:
        fetching = asyncio.get_running_loop().create_task(self._fetched(name, fetch), name=f"{self._vendor} {name}")
        self._under_way[name] = fetching
        fetching.add_done_callback(lambda ended: self._ended(name, ended))
        return fetching

    async def _fetched(self, name: str, fetch: Fetch[T]) -> T:
        now_s = asyncio.get_running_loop().time()
        entry = self._entries.get(name)
        within = asyncio.timeout(WITHIN_S)
        try:
            async with within:
                lent = await fetch(entry.lent.value if entry is not None and now_s < entry.ends_at_s else None)
        except TimeoutError as error:
            if not within.expired():
                raise
            raise AttemptTimeout(self._vendor, self._call, f"no answer within {WITHIN_S:.3g} s") from error
        due_s = share_of(lent.mark or name) * lent.lasts_s if lent.due_s is None else lent.due_s
        self._entries.pop(name, None)  # the newest stands last
        self._entries[name] = _Entry(lent, now_s + due_s, now_s + lent.lasts_s)
        if len(self._entries) > MOST:
            del self._entries[next(iter(self._entries))]
        return lent.value

    def _ended(self, name: str, fetching: asyncio.Task[T]) -> None:
        self._under_way.pop(name, None)
        error = None if fetching.cancelled() else fetching.exception()
        entry = self._entries.get(name)
        if isinstance(error, ServiceError | CallRejected) and entry is not None:
            wish_s = error.retry_after_s or 0.0
            entry.paused_until_s = asyncio.get_running_loop().time() + max(APART_S, wish_s)
        tell_defect(fetching)
