"""Items by the instants at which they are due, earliest first, and within one instant in the order in which they came.

What a vendor puts off it puts off by few spans: steps of one kind come in the order in which they are due. So an item
goes to the end of a lane whose last one is due before it, of those the one due last, and the earliest is the first of
some lane. With few spans there are few lanes, however many items: a heap of all of them asks for a dozen comparisons
where this asks for two. With instants at random there are about as many as twice the root of the number of items.
"""

import heapq
import itertools
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """For one thread."""

    __slots__ = ("_heads", "_lanes", "_lasts_s", "_order", "_size")

    def __init__(self) -> None:
        self._order = itertools.count()
        self._begin()

    def _begin(self) -> None:
        self._size = 0
        self._lanes: list[deque[tuple[float, int, T]]] = []
        self._lasts_s: list[float] = []
        """When the last item of each lane is due, or was: from the earliest to the latest."""
        self._heads: list[tuple[float, int, deque[tuple[float, int, T]]]] = []
        """A heap of the lanes that are not empty, by their first items."""

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[T]:
        """All of them, in no order."""
        return (item for lane in self._lanes for _, _, item in lane)

    @property
    def next_due_s(self) -> float | None:
        """When the earliest is due; None if there is none."""
        return self._heads[0][0] if self._heads else None

    def add(self, due_s: float, item: T) -> None:
        """One more."""
        place = bisect_right(self._lasts_s, due_s) - 1
        if place < 0:
            place = 0
            self._lanes.insert(0, deque())
            self._lasts_s.insert(0, due_s)
        lane, number = self._lanes[place], next(self._order)
        if not lane:
            heapq.heappush(self._heads, (due_s, number, lane))
        lane.append((due_s, number, item))
        self._lasts_s[place] = due_s
        self._size += 1

    def pop_due(self, now_s: float) -> T | None:
        """The earliest, taken out; None where it is not due by `now_s`."""
        heads = self._heads
        if not heads or heads[0][0] > now_s:
            return None
        lane = heads[0][2]
        item = lane.popleft()[2]
        self._size -= 1
        if lane:
            heapq.heapreplace(heads, (lane[0][0], lane[0][1], lane))
        else:
            heapq.heappop(heads)
            if not heads:
                self._begin()
        return item

    def clear(self) -> None:
        """Take all of them out."""
        self._begin()

    def keep(self, wanted: Callable[[T], bool]) -> None:
        """Take the others out."""
        kept = [entry for lane in self._lanes for entry in lane if wanted(entry[2])]
        kept.sort(key=lambda entry: entry[:2])
        self._begin()
        for due_s, _, item in kept:
            self.add(due_s, item)
