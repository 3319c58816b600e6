"""What a user holds: zones with their records and rulesets, namespaces of Workers KV, buckets.

What is kept is never changed in place: each change is another version, so that a reader who is behind sees the one that
was there.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from brownout_simulators.account import Account
from brownout_simulators.store import Store

KEEP_ZONES: Final = 1_000
KEEP_NAMESPACES: Final = 1_000
KEEP_VALUES: Final = 50_000
KEEP_BYTES: Final = 64 * 1024 * 1024
"""Of values, together; above, the oldest go."""
KEEP_VIEWS: Final = 10_000
KEEP_BUCKETS: Final = 1_000
KEEP_RULESETS: Final = 200
KEEP_VERSIONS: Final = 6
KEEP_DELETED: Final = 200

Object: TypeAlias = dict[str, Any]


class Kept:
    """One thing and the versions that it had lately; None where it was not there."""

    __slots__ = ("place", "versions")

    def __init__(self, at_s: float, row: Any, place: str = "") -> None:
        self.place = place
        """Under which it is kept, where it may have to go for want of room."""
        self.versions: list[tuple[float, Any]] = [(at_s, row)]

    @property
    def now(self) -> Any:
        """The newest version."""
        return self.versions[-1][1]

    def change(self, at_s: float, row: Any) -> None:
        """Another version."""
        self.versions.append((at_s, row))
        if len(self.versions) > KEEP_VERSIONS:
            del self.versions[0]

    def seen(self, account: Account[Any]) -> Any:
        """The version that a read sees."""
        newest, as_of_s = self.now, account.as_of_s
        if as_of_s is None or (account.hides_new_only and self.versions[0][0] <= as_of_s):
            return newest
        found = next((row for at_s, row in reversed(self.versions) if at_s <= as_of_s), None)
        if found is not newest:
            account.was_stale = True
        return found


@dataclass(slots=True)
class Zone:
    """One zone; its row without what is computed."""

    id: str
    kept: Kept
    records: dict[str, Kept] = field(default_factory=dict)
    """By id; at most as many as its plan allows."""
    gone: dict[str, Kept] = field(default_factory=dict)
    """Records that were deleted lately."""
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    """A name to its records' ids, and the type of each."""
    same: dict[tuple[Any, ...], str] = field(default_factory=dict)
    """What two records may not share, to the id of the one that has it."""
    rulesets: Store[Kept] = field(default_factory=lambda: Store(KEEP_RULESETS))
    phases: dict[str, str] = field(default_factory=dict)
    checks: int = 0
    """How often its name servers were looked at."""
    asked_check_s: float | None = None

    @property
    def row(self) -> Object:
        """As it is now."""
        row: Object = self.kept.now
        return row


@dataclass(frozen=True, slots=True)
class Value:
    """One version of a value."""

    content: bytes
    expires_s: int | None
    """Whole seconds since 1970."""
    metadata: Any


@dataclass(slots=True)
class Namespace:
    """One namespace; its values are kept with all others of the user."""

    id: str
    title: str
    made_s: float
    keys: list[str] = field(default_factory=list)
    """In order."""

    def add(self, key: str) -> None:
        """A key that is not there yet."""
        insort(self.keys, key)

    def drop(self, key: str) -> None:
        """A key that is forgotten."""
        place = bisect_left(self.keys, key)
        if place < len(self.keys) and self.keys[place] == key:
            del self.keys[place]


@dataclass(slots=True)
class State:
    """All of a user's world."""

    zones: Store[Zone] = field(default_factory=lambda: Store(KEEP_ZONES))
    zone_ids: dict[str, str] = field(default_factory=dict)
    """A name to its zone's id."""
    zones_made: int = 0
    namespaces: Store[Namespace] = field(default_factory=lambda: Store(KEEP_NAMESPACES))
    namespace_ids: dict[str, str] = field(default_factory=dict)
    """A title to its namespace's id."""
    values: Store[Kept] = field(default_factory=lambda: Store(KEEP_VALUES, is_settled=lambda kept: kept.now is None))
    """By namespace and key."""
    bytes_kept: int = 0
    views: Store[tuple[float, Value | None]] = field(default_factory=lambda: Store(KEEP_VIEWS))
    """By location, namespace and key: until when what was seen there is shown again."""
    buckets: Store[Object] = field(default_factory=lambda: Store(KEEP_BUCKETS))
    began_with: Any = None
    """How it was set up when what is there from the beginning was made."""

    def __post_init__(self) -> None:
        self.zones.on_forgotten = lambda _, zone: self.zone_ids.pop(zone.row["name"], None)
        self.namespaces.on_forgotten = lambda _, space: self.namespace_ids.pop(space.title, None)
        self.values.on_forgotten = self._forget_value

    def keep(self, space: Namespace, key: str, value: Value | None, at_s: float) -> None:
        """A value, or that there is none any more."""
        place = place_of(space, key)
        kept = self.values.get(place)
        if kept is None:
            if value is None:
                return
            space.add(key)
            self.bytes_kept += len(value.content)
            self.values.add(place, Kept(at_s, value, place), at_s)
        else:
            self.bytes_kept -= _size(kept)
            kept.change(at_s, value)
            self.bytes_kept += _size(kept)
        while self.bytes_kept > KEEP_BYTES and len(self.values) > 1:
            self._forget_oldest(place)

    def drop_value(self, place: str) -> None:
        """A value goes with its namespace."""
        kept = self.values.remove(place)
        if kept is not None:
            self.bytes_kept -= _size(kept)

    def _forget_oldest(self, written: str) -> None:
        kept = next(kept for kept in self.values.oldest_first() if kept.place != written)
        self.values.remove(kept.place)
        self.values.forgotten += 1
        self.values.forgotten_open += kept.now is not None
        self._forget_value(kept.place, kept)

    def _forget_value(self, place: str, kept: Kept) -> None:
        self.bytes_kept -= _size(kept)
        space_id, _, key = place.partition("/")
        space = self.namespaces.get(space_id)
        if space is not None:
            space.drop(key)


def _size(kept: Kept) -> int:
    return sum(len(value.content) for _, value in kept.versions if value is not None)


def place_of(space: Namespace, key: str) -> str:
    """Where a value is kept."""
    return f"{space.id}/{key}"


CloudflareAccount: TypeAlias = Account[State]


def stores(state: State) -> Mapping[str, Store[Any]]:
    """What a user holds, by kind."""
    return {
        "zone": state.zones,
        "namespace": state.namespaces,
        "value": state.values,
        "bucket": state.buckets,
    }
