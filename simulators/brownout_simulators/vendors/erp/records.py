"""Entities as they are kept: versions that a lagging read can still see, indexes, and what a rollback needs.

A record is never changed: a change puts another one in its place. So an atomic group that fails puts back the old ones.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.store import Store

KEEP_VERSIONS: Final = 16
"""Of one entity: further back no lag looks."""


@dataclass(slots=True, eq=False)
class Record:
    """One version of one entity."""

    id: str
    serial: int
    """The place of the entity among those of its kind, from 1 on."""
    version: int
    at_s: float
    """Since when, on the simulator's clock."""
    values: Mapping[str, Any]
    previous: "Record | None" = None
    depth: int = 0

    def etag(self, storms: int = 0) -> str:
        """Opaque and weak, as Business Central's are: base64 of what nobody is to read."""
        text = f"19;{self.id[:8]}{self.serial};{self.version + storms};00;"
        return f'W/"{base64.b64encode(text.encode()).decode()}"'


def _by_serial(record: Record) -> int:
    return record.serial


class Journal:
    """What takes back all that an atomic group has changed. One company's; between two groups nothing is noted."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] | None = None

    @property
    def is_on(self) -> bool:
        """Whether changes are noted now."""
        return self._undo is not None

    def begin(self) -> None:
        """From here on changes are noted."""
        self._undo = []

    def note(self, undo: Callable[[], None]) -> None:
        """One change was made; `undo` takes it back."""
        if self._undo is not None:
            self._undo.append(undo)

    def keep(self) -> None:
        """What was done stands."""
        self._undo = None

    def roll_back(self) -> None:
        """As if nothing had been done."""
        undo, self._undo = self._undo, None
        for step in reversed(undo or ()):
            step()


class Table:
    """All entities of one kind, by id, in order of creation, and by the values of some properties."""

    def __init__(
        self, keep: int, indexed: Iterable[str], journal: Journal, *, is_settled: Callable[[Record], bool]
    ) -> None:
        self.store: Store[Record] = Store(keep, is_settled=is_settled, on_forgotten=self._forgotten)
        self._journal = journal
        self._by: dict[str, dict[Any, dict[str, None]]] = {name: {} for name in indexed}
        self._serial = 0

    def get(self, id: str) -> Record | None:  # noqa: A002
        """The newest version of one."""
        return self.store.get(id)

    def add(self, id: str, values: Mapping[str, Any], at_s: float) -> Record:  # noqa: A002
        """A new one."""
        self._serial += 1
        record = Record(id, self._serial, 1, at_s, values)
        if self._journal.is_on:
            self._journal.note(partial(self._drop, id))
        self.store.add(id, record, at_s)
        self._index(record)
        return record

    def change(self, record: Record, changes: Mapping[str, Any], at_s: float) -> Record:
        """The next version of one that is there."""
        new = Record(
            record.id, record.serial, record.version + 1, at_s, {**record.values, **changes}, record, record.depth + 1
        )
        if new.depth > KEEP_VERSIONS:
            record.previous, new.depth = None, 1
        if self._journal.is_on:
            self._journal.note(partial(self._put, record))
        if record.id in self.store and self._by.keys().isdisjoint(changes):
            self.store.put(new.id, new, at_s)
        else:
            self._put(new)
        return new

    def remove(self, record: Record) -> None:
        """It is gone."""
        self._journal.note(partial(self._put, record))
        self._drop(record.id)

    def having(self, name: str, value: Any) -> list[Record]:
        """Those whose indexed property has that value, in order of creation."""
        places = self._by[name].get(value)
        if places is None:
            return []
        found = [record for id in places if (record := self.store.get(id)) is not None]  # noqa: A001
        return sorted(found, key=_by_serial) if len(found) > 1 else found

    def first(self, name: str, value: Any) -> Record | None:
        """The oldest of those."""
        return next(iter(self.having(name, value)), None)

    def indexes(self) -> frozenset[str]:
        """The properties that can be looked up."""
        return frozenset(self._by)

    def seen(self, account: Account[Any]) -> Iterator[Record]:
        """All, as a read sees them now, in order of creation."""
        return seen_of(self.store.oldest_first(), account)

    def _put(self, record: Record) -> None:
        current = self.store.get(record.id)
        if current is not None:
            self._unindex(current)
        self.store.put(record.id, record, record.at_s)
        self._index(record)

    def _drop(self, id: str) -> None:  # noqa: A002
        gone = self.store.remove(id)
        if gone is not None:
            self._unindex(gone)

    def _forgotten(self, _id: str, record: Record) -> None:
        self._unindex(record)

    def _index(self, record: Record) -> None:
        for name, places in self._by.items():
            value = record.values.get(name)
            if value not in (None, ""):
                places.setdefault(value, {})[record.id] = None

    def _unindex(self, record: Record) -> None:
        for name, places in self._by.items():
            value = record.values.get(name)
            ids = places.get(value)
            if ids is not None:
                ids.pop(record.id, None)
                if not ids:
                    del places[value]


def as_seen(record: Record, account: Account[Any]) -> Record | None:
    """The version that a read sees: under a lag an older one, or none."""
    at_s = account.as_of_s
    if at_s is None or record.at_s <= at_s:
        return record
    version: Record | None = record
    while version is not None and version.at_s > at_s:
        version = version.previous
    if version is not None and account.hides_new_only:
        return record
    account.was_stale = True
    return version


def seen_of(records: Iterable[Record], account: Account[Any]) -> Iterator[Record]:
    """Of these, what a read sees."""
    if account.as_of_s is None:
        yield from records
        return
    for record in records:
        version = as_seen(record, account)
        if version is not None:
            yield version
