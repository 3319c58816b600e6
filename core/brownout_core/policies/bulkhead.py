"""The bulkhead: bounds the calls in flight to one vendor, so that one that stalls cannot drown the others."""

import asyncio
from collections import deque
from dataclasses import dataclass

from brownout_core.errors import BulkheadFull, ConfigError, DeadlineExceeded


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkheadConfig:
    """How many calls are in flight, how many wait, and for how long."""

    max_in_flight: int = 64  # calls, retries and their delays included
    max_queued: int = 64  # calls waiting for their turn; 0 = none waits
    max_wait_s: float = 1.0  # the longest wait in the queue, deadline permitting

    def __post_init__(self) -> None:
        if not 1 <= self.max_in_flight <= 1_000_000:
            raise ConfigError(f"max_in_flight must be in [1, 1000000], got {self.max_in_flight}")
        if not 0 <= self.max_queued <= 1_000_000:
            raise ConfigError(f"max_queued must be in [0, 1000000], got {self.max_queued}")
        if not 0 <= self.max_wait_s <= 3_600:
            raise ConfigError(f"max_wait_s must be in [0, 3600], got {self.max_wait_s}")


class Bulkhead:
    """One vendor's places, shared by all calls to it. First come, first served. For one event loop.

    Every entry that was granted is followed by exactly one `leave`.
    """

    __slots__ = ("_config", "_in_flight", "_max_in_flight", "_queue")

    def __init__(self, config: BulkheadConfig) -> None:
        self._config = config
        self._max_in_flight = config.max_in_flight
        self._in_flight = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def in_flight(self) -> int:
        """Calls that have a place now."""
        return self._in_flight

    @property
    def queued(self) -> int:
        """Calls that wait for a place now."""
        return len(self._queue)

    def try_enter(self) -> bool:
        """Take a place if one is free and nobody waits; never blocks."""
        if self._in_flight >= self._max_in_flight:
            return False
        self._in_flight += 1
        return True

    async def enter(self, deadline_at_s: float) -> None:
        """Wait for a place, at most `max_wait_s` and never past `deadline_at_s` (loop time).

        Raises:
            BulkheadFull: the queue is full, or the wait was over before a place was free.
            DeadlineExceeded: the deadline came first.
        """
        if self.try_enter():
            return
        if self.queued >= self._config.max_queued:
            raise BulkheadFull("every place is taken and the queue is full")
        loop = asyncio.get_running_loop()
        waits_until_s = min(deadline_at_s, loop.time() + self._config.max_wait_s)
        waiter: asyncio.Future[None] = loop.create_future()
        self._queue.append(waiter)
        try:
            async with asyncio.timeout_at(waits_until_s):
                await waiter
        except BaseException as error:
            if waiter.done() and not waiter.cancelled():
                self.leave()  # a place was handed over, and is not wanted any more
            elif waiter in self._queue:
                self._queue.remove(waiter)
            if isinstance(error, TimeoutError):
                raise self._too_late(deadline_at_s, waits_until_s) from None
            raise

    def leave(self) -> None:
        """Give the place back: to the first who still waits, else to nobody."""
        while self._queue:
            waiter = self._queue.popleft()
            if not waiter.done():
                waiter.set_result(None)  # the place changes hands: `in_flight` stays
                return
        self._in_flight -= 1

    @staticmethod
    def _too_late(deadline_at_s: float, waited_until_s: float) -> BulkheadFull | DeadlineExceeded:
        if waited_until_s >= deadline_at_s:
            return DeadlineExceeded("the deadline passed in the bulkhead's queue")
        return BulkheadFull("no place was free in time")
