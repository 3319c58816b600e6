"""Objects by id, in order of creation, and never more than a limit: for vendors' states and for what is remembered.

Adding, finding, removing and turning a page cost the same, however many there are. Where one more does not fit, the
oldest that are settled are forgotten, and counted: a payment that is still held goes after one that is done.
"""

from array import array
from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

T = TypeVar("T")

TRIES: Final = 16
"""How many are looked at for one that is settled, from the oldest on and round again; where none of so many is settled,
the first of them goes."""
LOTS: Final = 64
"""A store that is full forgets this part of its limit at once."""
HOLES: Final = 1_024
"""Empty places are closed once there are so many, and more of them than objects."""


def _always(_item: object) -> bool:
    return True


class Store(Generic[T]):
    """For one thread. Iterating is safe only as long as nothing is added or removed."""

    __slots__ = (
        "_added_s",
        "_at",
        "_base",
        "_first",
        "_hand",
        "_is_settled",
        "_items",
        "forgotten",
        "forgotten_open",
        "limit",
        "on_forgotten",
    )

    def __init__(
        self,
        limit: int,
        *,
        is_settled: Callable[[T], bool] = _always,
        on_forgotten: Callable[[str, T], object] | None = None,
    ) -> None:
        if limit < 1:
            raise ValueError(f"a store's limit must be at least 1, got {limit}")
        self.limit = limit
        self.forgotten = 0
        """Objects that went for want of room."""
        self.forgotten_open = 0
        """Those of them that were not settled."""
        self._is_settled = is_settled
        self.on_forgotten = on_forgotten
        """Told of each object that goes for want of room, not of those that are removed."""
        self._items: list[tuple[str, T] | None] = []
        """In order of creation, from place `_base` on; None where one was removed."""
        self._added_s = array("d")
        self._base = self._first = 0
        """The place of the first entry; how many of the first entries are None."""
        self._at: dict[str, int] = {}
        self._hand = 0
        """The place that is looked at next when room is needed; behind it are open ones, which had their chance."""

    def __len__(self) -> int:
        return len(self._at)

    def __contains__(self, id: str) -> bool:  # noqa: A002
        return id in self._at

    def get(self, id: str) -> T | None:  # noqa: A002
        """The object of that id, or None."""
        place = self._at.get(id)
        if place is None:
            return None
        entry = self._items[place - self._base]
        return None if entry is None else entry[1]

    def add(self, id: str, item: T, at_s: float = 0.0) -> None:  # noqa: A002
        """Keep a new object, of an id that is not there; `at_s` is when it came to be."""
        self._at[id] = self._base + len(self._items)
        self._items.append((id, item))
        self._added_s.append(at_s)
        if len(self._at) > self.limit:
            self._make_room()

    def put(self, id: str, item: T, at_s: float = 0.0) -> None:  # noqa: A002
        """Add an object, or put it in the place of the one with its id."""
        place = self._at.get(id)
        if place is None:
            self.add(id, item, at_s)
        else:
            self._items[place - self._base] = (id, item)

    def added_s(self, id: str) -> float:  # noqa: A002
        """When an object that is there was added."""
        return self._added_s[self._at[id] - self._base]

    def remove(self, id: str) -> T | None:  # noqa: A002
        """Take an object out; None if it was not there."""
        place = self._at.pop(id, None)
        if place is None:
            return None
        entry = self._items[place - self._base]
        self._items[place - self._base] = None
        self._close_holes()
        return None if entry is None else entry[1]

    def newest_first(self, below: str | None = None) -> Iterator[T]:
        """From the newest to the oldest; `below` (an id that is there) leaves out that one and all newer."""
        start = len(self._items) if below is None else self._at[below] - self._base
        for place in range(start - 1, -1, -1):
            entry = self._items[place]
            if entry is not None:
                yield entry[1]

    def oldest_first(self, above: str | None = None) -> Iterator[T]:
        """From the oldest to the newest; `above` (an id that is there) leaves out that one and all older."""
        for place in range(0 if above is None else self._at[above] - self._base + 1, len(self._items)):
            entry = self._items[place]
            if entry is not None:
                yield entry[1]

    def _make_room(self) -> None:
        """Forget the next that are settled, as far as a few looks can tell; of a large store several at once, for what
        all of them cost together is little more than one alone."""
        items = self._items
        hand = max(self._hand - self._base, self._first)
        gone: list[tuple[str, T]] = []
        for _ in range(max(1, self.limit // LOTS)):
            place, hand = self._next_to_go(hand)
            entry = items[place]
            if entry is not None:
                items[place] = None
                del self._at[entry[0]]
                gone.append(entry)
        self._hand = self._base + hand
        self._close_holes()
        self.forgotten += len(gone)
        if self.on_forgotten is not None:
            for id, item in gone:  # noqa: A001
                self.on_forgotten(id, item)

    def _next_to_go(self, hand: int) -> tuple[int, int]:
        """The place of the next one that is to go, from `hand` on, never the newest; and where to look for another."""
        items, newest, is_settled = self._items, len(self._items) - 1, self._is_settled
        open_ones: list[int] = []
        while True:
            for place in range(hand, newest):
                entry = items[place]
                if entry is None:
                    continue
                if is_settled(entry[1]):
                    return place, place + 1
                open_ones.append(place)
                if len(open_ones) == TRIES:
                    self.forgotten_open += 1
                    return open_ones[0], place + 1
            hand = self._first

    def _close_holes(self) -> None:
        """Most are at the beginning, where the oldest were: those are cut off. For others everything is walked through,
        so there must be many."""
        items = self._items
        while self._first < len(items) and items[self._first] is None:
            self._first += 1
        if self._first >= HOLES:
            del items[: self._first]
            del self._added_s[: self._first]
            self._base += self._first
            self._first = 0
        holes = len(items) - len(self._at)
        if holes >= HOLES and holes > len(self._at):
            kept = [(entry, at_s) for entry, at_s in zip(items, self._added_s, strict=True) if entry is not None]
            self._items = [entry for entry, _ in kept]
            self._added_s = array("d", [at_s for _, at_s in kept])
            self._at = {entry[0]: number for number, (entry, _) in enumerate(kept)}
            passed = self._hand - self._base
            self._hand = sum(entry is not None for entry in items[: max(0, passed)])
            self._base = self._first = 0
