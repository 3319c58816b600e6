"""What one account holds: collections of objects as Stripe prints them, the events, and what is known beside them.

One rule keeps this fast and true: **a nested value is replaced, never changed**. So `dict.copy()` is a snapshot, for
an event or for the search index, and a template can be shared by every object made from it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from brownout_simulators.account import Account
from brownout_simulators.store import Store
from brownout_simulators.vendors.stripe.funds import Funds
from brownout_simulators.vendors.stripe.magic import Card

Object: TypeAlias = dict[str, Any]

KEEP_OBJECTS: Final = 30_000
"""Objects of one kind that an account remembers."""
KEEP_EVENTS: Final = 30_000
KEEP_HISTORIES: Final = 2_000
"""Objects whose last few versions are kept, for readers that are behind."""
SEARCH_LAG_S: Final = 0.3
"""How far the search index is behind: the real one promises "within a minute", never at once."""

_OPEN: Final[Mapping[str, frozenset[str]]] = {
    "payment_intent": frozenset({"processing", "requires_action", "requires_capture"}),
    "charge": frozenset({"pending"}),
    "refund": frozenset({"pending", "requires_action"}),
    "setup_intent": frozenset({"processing", "requires_action"}),
    "subscription": frozenset({"active", "incomplete", "past_due", "paused", "trialing"}),
    "invoice": frozenset({"draft", "open"}),
    "invoice_payment": frozenset({"open"}),
    "checkout.session": frozenset({"open"}),
    "dispute": frozenset({"needs_response", "under_review", "warning_needs_response", "warning_under_review"}),
    "payout": frozenset({"pending"}),
    "quote": frozenset({"draft", "open"}),
    "subscription_schedule": frozenset({"active", "not_started"}),
    "topup": frozenset({"pending"}),
}
"""Statuses of objects that something is still to come of."""


_STANDING: Final = frozenset(
    {"account", "coupon", "customer", "plan", "price", "product", "promotion_code", "tax_rate", "webhook_endpoint"}
)
"""Kinds that others are made with, as long as they are there."""


def is_settled(row: Object) -> bool:
    """Whether an object may be forgotten before older ones: nothing is to come of it, and nothing is made with it."""
    kind = row.get("object")
    open_while = _OPEN.get(kind) if kind is not None else None
    if open_while is not None:
        is_held = kind == "charge" and not (row["captured"] or row["refunded"]) and row["status"] == "succeeded"
        return row["status"] not in open_while and not is_held
    if kind == "payment_method":
        return row["customer"] is None
    return kind not in _STANDING or bool(row.get("deleted"))


class Collection(Store[Object]):
    """Objects of one kind as Stripe prints them, with the versions and the index that reads from a replica need."""

    __slots__ = ("_beside", "_changed", "_history", "_is_indexed", "_named", "_stale")

    def __init__(self, limit: int = KEEP_OBJECTS) -> None:
        super().__init__(limit, is_settled=is_settled, on_forgotten=self.let_go)
        self._beside: tuple[dict[str, Any], ...] = ()
        self._history: OrderedDict[str, tuple[tuple[float, Object], ...]] = OrderedDict()
        # The index of metadata, which is made when somebody first searches by it.
        self._is_indexed = False
        self._named: dict[tuple[str, str], dict[str, None]] = {}
        self._changed: dict[str, None] = {}
        self._stale = 0

    def known_beside(self, *tables: dict[str, Any]) -> None:
        """What these tables hold by an object's id is forgotten with it."""
        self._beside = tables

    def keep(self, made: Object, now_s: float) -> None:
        """Keep a new object; `now_s` is on the simulator's clock."""
        self.add(made["id"], made, now_s)
        if self._is_indexed:
            self._changed[made["id"]] = None

    def replace(self, kept: Object, now_s: float) -> None:
        """Put another object in the place of the one with its id (a deleted one's stub)."""
        before = self.get(kept["id"])
        if before is not None:
            self.before_change(before, now_s)
        self.put(kept["id"], kept)

    def before_change(self, kept: Object, now_s: float) -> None:
        """Remember how an object looks, for readers that are behind, before a change that comes now."""
        history = self._history
        versions = history.get(kept["id"], ())
        history[kept["id"]] = (*versions[-3:], (now_s, kept.copy()))
        if self._is_indexed:
            self._changed[kept["id"]] = None
        if len(history) > KEEP_HISTORIES:
            history.popitem(last=False)

    def as_of(self, row: Object, at_s: float) -> Object | None:
        """How an object looked at an instant; None before it was there. Good for the recent past only."""
        if self.added_s(row["id"]) > at_s:
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
        self._index()
        places = {name: place for name in self._named.get(metadata, ()) if (place := self._at.get(name)) is not None}
        for name in sorted(places, key=places.__getitem__, reverse=True):
            row = self.get(name)
            if row is not None:
                yield row

    def _index(self) -> None:
        """Enter into the index of metadata what was added or changed since somebody last searched."""
        new = self._changed if self._is_indexed else self._at
        for name in new:
            row = self.get(name)
            for key, value in row.get("metadata", {}).items() if row is not None else ():
                self._named.setdefault((key, value.lower()), {})[name] = None
        self._is_indexed, self._changed = True, {}

    def let_go(self, id: str, _row: Object) -> None:  # noqa: A002
        """An object goes for want of room, and what is known beside it."""
        for table in self._beside:
            table.pop(id, None)
        if self._history:
            self._history.pop(id, None)
        if self._is_indexed:
            self._stale += 1
            if self._stale > self.limit // 10:  # begin again, without what was forgotten
                self._is_indexed, self._named, self._changed, self._stale = False, {}, {}, 0


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
"""Kinds that nearly every account has something of."""


@dataclass(slots=True)
class Agenda:
    """What is to come in a test clock's time."""

    steps: list[tuple[int, int, Callable[[Any], None]]]
    """A heap: the instant, the order of entry, what is done with the `Work` under way."""
    order: Iterator[int]
    customers: list[str] = field(default_factory=list)


class Collections(dict[str, Collection]):
    """A collection per kind of object; those of kinds that few accounts use are made when they are first asked for."""

    def __missing__(self, kind: str) -> Collection:
        made = self[kind] = Collection()
        return made


@dataclass(slots=True)
class State:
    """All of one account's world. `of` holds a collection per kind of object, by the object's own name."""

    of: "Collections" = field(default_factory=lambda: Collections({kind: Collection() for kind in KINDS}))
    events: Collection = field(default_factory=lambda: Collection(KEEP_EVENTS))
    """What `work.printed_event` makes an event of, its object as the bytes that it was printed as when it happened."""
    listeners: list[Object] = field(default_factory=list)
    """The enabled webhook endpoints."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Webhook endpoint id to signing secret: shown once, at creation."""
    rolled: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Webhook endpoint id to the secret that it had before, and until when that is good, in seconds since 1970."""
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
    agendas: dict[str, Agenda] = field(default_factory=dict)
    """Test clock id to what is to come in its time."""
    waiting: dict[str, dict[str, None]] = field(default_factory=dict)
    """Customer id to the invoice items that wait for the next invoice."""
    cash: dict[str, dict[str, int]] = field(default_factory=dict)
    """Customer id to what its bank transfers brought and no payment took, by currency."""
    days_due: dict[str, int] = field(default_factory=dict)
    """Invoice id to the days that its customer has, once it is sent."""
    items: dict[str, str] = field(default_factory=dict)
    """Subscription item id to its subscription's."""
    notes: dict[str, int] = field(default_factory=dict)
    """Invoice id to how many credit notes were made of it."""
    line_rates: dict[str, dict[str, list[Object]]] = field(default_factory=dict)
    """Invoice id to the tax rates of those of its lines that have their own."""
    awaited: dict[str, dict[str, None]] = field(default_factory=dict)
    """Customer id to the PaymentIntents that wait for its bank transfers."""
    uses: Store[tuple[str, str, int, int]] = field(default_factory=lambda: Store(KEEP_EVENTS))
    """Meter and identifier of an event to the meter, the customer, the value and the instant."""
    funds: Funds = field(default_factory=Funds)
    """Every movement of money, and the balance."""
    spent: dict[str, None] = field(default_factory=dict)
    """Payment methods that were used, or let go, without a customer: they pay no more."""
    search_lag_s: float = SEARCH_LAG_S

    def __post_init__(self) -> None:
        self.of["payment_method"].known_beside(self.cards, self.set_up, self.spent)
        self.of["payment_intent"].known_beside(self.then, self.otherwise)
        self.of["subscription"].on_forgotten = self._let_items_go
        self.of["invoice"].known_beside(self.intents, self.then, self.days_due, self.line_rates, self.notes)
        self.of["checkout.session"].known_beside(self.plans, self.line_items)
        self.of["webhook_endpoint"].known_beside(self.secrets, self.rolled)

    def _let_items_go(self, id: str, subscription: Object) -> None:  # noqa: A002
        """What is known beside a subscription goes with it."""
        self.of["subscription"].let_go(id, subscription)
        for item in subscription["items"]["data"]:
            self.items.pop(item["id"], None)


StripeAccount: TypeAlias = Account[State]


def new_state() -> State:
    """An account nobody has used yet."""
    return State()


def stores(state: State) -> Mapping[str, Store[Object]]:
    """What an account holds, by kind."""
    return {**state.of, "event": state.events}
