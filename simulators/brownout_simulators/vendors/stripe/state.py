"""What one account holds: collections of objects as Stripe prints them, the events, and what is known beside them.

One rule keeps this fast and true: **a nested value is replaced, never changed**. So `dict.copy()` is a snapshot, for
an event or for the search index, and a template can be shared by every object made from it.
"""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias

from brownout_simulators.account import Account
from brownout_simulators.vendors.stripe.magic import Card

Object: TypeAlias = dict[str, Any]

KEEP_OBJECTS: Final = 10_000
"""Objects of one kind that an account remembers; then the oldest tenth is forgotten."""
KEEP_EVENTS: Final = 10_000
KEEP_HISTORIES: Final = 2_000
"""Objects whose last few versions are kept, for readers that are behind."""
SEARCH_LAG_S: Final = 0.3
"""How far the search index is behind: the real one promises "within a minute", never at once."""


class Collection:
    """Objects of one kind in order of creation. Reading one, or a page, costs the same however many there are."""

    __slots__ = (
        "_base",
        "_born_s",
        "_caught_up",
        "_changed",
        "_history",
        "_index",
        "_keep",
        "_places",
        "_rows",
        "on_forgotten",
    )

    def __init__(self, keep: int = KEEP_OBJECTS) -> None:
        self._rows: list[Object] = []
        self._born_s = array("d")
        self._index: dict[str, int] = {}
        self.on_forgotten: Callable[[str], object] | None = None
        """Told of each object that is forgotten for want of room."""
        self._base = 0
        self._keep = keep
        self._history: OrderedDict[str, tuple[tuple[float, Object], ...]] = OrderedDict()
        # The index of metadata, which is made when somebody first searches by it.
        self._places: dict[tuple[str, str], set[int]] = {}
        self._caught_up = 0
        self._changed: set[str] = set()

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, made: Object, now_s: float) -> None:
        """Keep a new object; `now_s` is on the simulator's clock."""
        rows = self._rows
        self._index[made["id"]] = self._base + len(rows)
        rows.append(made)
        self._born_s.append(now_s)
        if len(rows) > self._keep:
            self._forget(self._keep // 10)

    def get(self, id: str) -> Object | None:  # noqa: A002
        """The object of that id, or None."""
        at = self._index.get(id)
        return None if at is None else self._rows[at - self._base]

    def replace(self, kept: Object, now_s: float) -> None:
        """Put another object in the place of the one with its id (a deleted one's stub)."""
        at = self._index[kept["id"]] - self._base
        self.before_change(self._rows[at], now_s)
        self._rows[at] = kept

    def newest_first(self, below: str | None = None) -> Iterator[Object]:
        """From the newest to the oldest; `below` (an id that exists) leaves out that one and all newer."""
        start = len(self._rows) if below is None else self._index[below] - self._base
        for at in range(start - 1, -1, -1):
            yield self._rows[at]

    def oldest_first(self, above: str) -> Iterator[Object]:
        """From the one after `above` (an id that exists) to the newest."""
        for at in range(self._index[above] - self._base + 1, len(self._rows)):
            yield self._rows[at]

    def before_change(self, kept: Object, now_s: float) -> None:
        """Remember how an object looks, for readers that are behind, before a change that comes now."""
        history = self._history
        versions = history.get(kept["id"], ())
        history[kept["id"]] = (*versions[-3:], (now_s, kept.copy()))
        if self._caught_up:
            self._changed.add(kept["id"])
        if len(history) > KEEP_HISTORIES:
            history.popitem(last=False)

    def as_of(self, row: Object, at_s: float) -> Object | None:
        """How an object looked at an instant; None before it was there. Good for the recent past only."""
        if self._born_s[self._index[row["id"]] - self._base] > at_s:
            return None
        for changed_s, version in self._history.get(row["id"], ()):
            if changed_s > at_s:
                return version
        return row

    def all_as_of(self, at_s: float, metadata: tuple[str, str] | None = None) -> Iterator[Object]:
        """Every object as it looked at an instant, newest first: what a search index shows that is so far behind.

        `metadata` (a key, and a value in lower case) leaves out most that never had it, without looking at them.
        """
        for row in self.newest_first() if metadata is None else self._having(metadata):
            version = self.as_of(row, at_s)
            if version is not None:
                yield version

    def _having(self, metadata: tuple[str, str]) -> Iterator[Object]:
        """Objects that have, or once had, a key of metadata, newest first."""
        self._catch_up()
        for place in sorted(self._places.get(metadata, ()), reverse=True):
            if place >= self._base:
                yield self._rows[place - self._base]

    def _catch_up(self) -> None:
        """Enter into the index of metadata what was added or changed since somebody last searched."""
        new = range(max(self._caught_up, self._base), self._base + len(self._rows))
        changed = [self._index[name] for name in self._changed if name in self._index]
        self._caught_up, self._changed = new.stop, set()
        for place in (*new, *changed):
            for key, value in self._rows[place - self._base].get("metadata", {}).items():
                self._places.setdefault((key, value.lower()), set()).add(place)

    def _forget(self, count: int) -> None:
        gone = [row["id"] for row in self._rows[:count]]
        for name in gone:
            del self._index[name]
        if self.on_forgotten is not None:
            for name in gone:
                self.on_forgotten(name)
        if self._history:
            for name in gone:
                self._history.pop(name, None)
        del self._rows[:count]
        del self._born_s[:count]
        self._base += count
        if self._caught_up:  # begin again, without what was forgotten
            self._caught_up, self._changed, self._places = 0, set(), {}


KINDS: Final = (
    "payment_intent",
    "charge",
    "refund",
    "customer",
    "payment_method",
    "setup_intent",
    "product",
    "price",
    "subscription",
    "invoice",
    "invoice_payment",
    "checkout.session",
    "webhook_endpoint",
)


@dataclass(slots=True)
class State:
    """All of one account's world. `of` holds a collection per kind of object, by the object's own name."""

    of: dict[str, Collection] = field(default_factory=lambda: {kind: Collection() for kind in KINDS})
    events: Collection = field(default_factory=lambda: Collection(KEEP_EVENTS))
    """What `work.printed_event` makes an event of, its object as the bytes that it was printed as when it happened."""
    listeners: list[Object] = field(default_factory=list)
    """The enabled webhook endpoints."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Webhook endpoint id to signing secret: shown once, at creation."""
    endpoints_made: int = 0
    cards: dict[str, Card] = field(default_factory=dict)
    """Payment method id to the card behind it."""
    then: dict[str, Callable[[Any], None]] = field(default_factory=dict)
    """PaymentIntent id to what its success sets off (an invoice is paid, a session is complete); called with the
    `Work` under way, once."""
    intents: dict[str, str] = field(default_factory=dict)
    """Invoice id to the PaymentIntent that is to pay it."""
    otherwise: dict[str, Callable[[Any], None]] = field(default_factory=dict)
    """The same for a payment that was processing and fails."""
    set_up: dict[str, bool] = field(default_factory=dict)
    """Payment methods that were authenticated for reuse."""
    line_items: dict[str, list[Object]] = field(default_factory=dict)
    """Checkout session id to its line items."""
    plans: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Checkout session id to the parameters that it was made with."""
    pending: dict[str, int] = field(default_factory=dict)
    """Balance not yet available, by currency."""
    search_lag_s: float = SEARCH_LAG_S

    def __post_init__(self) -> None:
        """What is known beside an object is forgotten with it."""
        beside: dict[str, tuple[dict[str, Any], ...]] = {
            "payment_method": (self.cards, self.set_up),
            "payment_intent": (self.then, self.otherwise),
            "invoice": (self.intents, self.then),
            "checkout.session": (self.plans, self.line_items),
        }
        for kind, tables in beside.items():
            self.of[kind].on_forgotten = partial(_drop, tables)


def _drop(tables: tuple[dict[str, Any], ...], id: str) -> None:  # noqa: A002
    for table in tables:
        table.pop(id, None)


World: TypeAlias = Account[State]


def new_state() -> State:
    """An account nobody has used yet."""
    return State()
