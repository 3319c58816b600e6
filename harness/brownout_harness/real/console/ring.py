"""The newest of what came, numbered: who reads slowly misses some, and is told how many.

Nobody who writes ever waits for who reads.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class News(NamedTuple, Generic[T]):
    """What came since a place in the ring."""

    items: list[T]
    next: int
    """Where to go on."""
    missed: int
    """So many had gone before they could be read."""


class Ring(Generic[T]):
    """Not safe for use from several threads by itself: `watch.py` has the lock."""

    def __init__(self, size: int) -> None:
        self._kept: deque[T] = deque(maxlen=size)
        self.next = 0
        """The number of the one that comes next; so many came in all."""

    def add(self, items: Iterable[T]) -> None:
        """The oldest go."""
        for item in items:
            self._kept.append(item)
            self.next += 1

    def since(self, place: int, limit: int) -> News[T]:
        """The oldest first, at most `limit` of those from `place` on."""
        first = self.next - len(self._kept)
        start = min(max(place, first), self.next)
        end = min(start + limit, self.next)
        items = [self._kept[number - first] for number in range(start, end)]
        return News(items, end, max(0, start - place))

    @property
    def dropped(self) -> int:
        """How many are gone."""
        return self.next - len(self._kept)

    def __iter__(self) -> Iterator[T]:
        return iter(self._kept)
