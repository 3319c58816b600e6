"""A log of changes: what was changed when, so that a list in order of change can be walked, and taken up again."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, Final, Generic, Protocol, TypeVar

EMPTY_PLACES: Final = 1_024


class Changing(Protocol):
    """What is logged."""

    touched: int
    """Its place in the log; -1: it has none."""

    @property
    def now(self) -> Any:
        """Its newest revision, which knows its `wall_s`."""


T = TypeVar("T", bound=Changing)


class ChangeLog(Generic[T]):
    """Objects by change: an entry is the newest change of its object, and its place is never given again. Listing walks
    it, so a cursor is a place. An entry that its object has left behind stays until enough of them are cleared away."""

    def __init__(self) -> None:
        self._objects: list[T | None] = []
        self._places = array("Q")
        self._wall_s = array("d")
        self._next = self._gone = 0

    def __len__(self) -> int:
        """Entries that are some object's newest."""
        return len(self._objects) - self._gone

    def note(self, one: T) -> None:
        """It has changed."""
        before, one.touched = one.touched, self._next
        self._next += 1
        self._objects.append(one)
        self._places.append(one.touched)
        self._wall_s.append(one.now.wall_s)
        if before >= 0:
            self._leave()

    def drop(self, one: T) -> None:
        """Its entry means nothing any more; it may have none."""
        if one.touched < 0:
            return
        # Not only left behind: it is to be forgotten itself.
        self._objects[bisect_left(self._places, one.touched)] = None
        one.touched = -1
        self._leave()

    def _leave(self) -> None:
        self._gone += 1
        if self._gone > EMPTY_PLACES and 2 * self._gone > len(self._objects):
            self._close()

    def _close(self) -> None:
        """Take out the empty entries; the others keep their places."""
        entries = enumerate(zip(self._objects, self._places, strict=True))
        kept = [at for at, (one, place) in entries if one is not None and one.touched == place]
        self._objects = [self._objects[at] for at in kept]
        self._places = array("Q", [self._places[at] for at in kept])
        self._wall_s = array("d", [self._wall_s[at] for at in kept])
        self._gone = 0

    def since(self, place: int, wall_s: float = 0.0) -> Iterator[T]:
        """Objects in order of their last change, from a place in the log and an instant on."""
        start = max(bisect_left(self._places, place), bisect_left(self._wall_s, wall_s) if wall_s else 0)
        for at in range(start, len(self._objects)):
            one = self._objects[at]
            if one is not None and one.touched == self._places[at]:
                yield one
