"""What a tenant of the sales system holds: orders and the machine that moves them, tokens, webhook endpoints."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from brownout_simulators.account import Account
from brownout_simulators.call import Notice
from brownout_simulators.store import Store
from brownout_simulators.vendors.sales.changes import ChangeLog
from brownout_simulators.vendors.sales.documents import Collection, Kind
from brownout_simulators.vendors.sales.ids import crockford, rfc3339
from brownout_simulators.vendors.sales.magic import Fate, Options, options_of
from brownout_simulators.vendors.sales.states import QUOTE_TRANSITIONS, RESERVATION_TRANSITIONS, TRANSITIONS

KEEP_ORDERS: Final = 50_000
KEEP_REVISIONS: Final = 1_000
"""Of one order."""
KEEP_TOKENS: Final = 50_000
KEEP_ENDPOINTS: Final = 1_000
KEEP_DELIVERIES: Final = 10_000
KEEP_DOCUMENTS: Final = 20_000
"""Of customers, quotes, reservations, SKUs: each."""
CUSTOMERS: Final = Kind("customer", "cus", "/api/v2/customers")
QUOTES: Final = Kind("quote", "quo", "/api/v2/quotes", ("events",))
RESERVATIONS: Final = Kind("reservation", "rsv", "/api/v2/reservations", ("release",))
STOCK: Final = Kind("stock", "", "/api/v2/inventory", named="sku")


class Revision(NamedTuple):
    """An order's changing half, as it was from one instant on."""

    version: int
    sequence: int
    """Of the event that brought the latest state."""
    status: str
    at_s: float
    """On the simulator's clock."""
    wall_s: float
    reason: str = ""
    changes: Mapping[str, Any] = MappingProxyType({})
    """Merge-patched members."""
    is_event: bool = True
    """False for a change of members only, which is no event."""


@dataclass(slots=True)
class Order:
    """One order taken in. `revisions` is never empty and only grows: reads that lag find what they should see."""

    id: str
    request: Mapping[str, Any]
    """The members of the intake request that the system knows."""
    correlation: str
    fate: Fate
    revisions: list[Revision]
    touched: int = -1
    """Its place in the tenant's log of changes; -1: it has none."""
    now: Revision = field(init=False)
    """The newest revision."""

    def __post_init__(self) -> None:
        self.now = self.revisions[-1]

    @property
    def order_id(self) -> str:
        """The caller's own key."""
        return str(self.request["orderId"])

    def as_of(self, at_s: float | None, *, hides_new_only: bool = False) -> Revision | None:
        """The newest revision that a read as of that instant sees; None if the order is not there yet."""
        if at_s is None or (hides_new_only and self.revisions[0].at_s <= at_s):
            return self.now
        return next((revision for revision in reversed(self.revisions) if revision.at_s <= at_s), None)

    def rendered(self, revision: Revision) -> dict[str, Any]:
        """As the system writes it."""
        path = f"/api/v2/orders/{self.id}"
        first, changes = self.revisions[0], revision.changes
        created = rfc3339(first.wall_s)
        body = {
            "id": self.id,
            **self.request,
            **changes,
            "status": revision.status,
            "version": revision.version,
            "createdAt": created,
            "updatedAt": created if revision is first else rfc3339(revision.wall_s),
            "links": {"self": path, "cancel": f"{path}/cancel", "events": f"{path}/events"},
        }
        if revision.reason:
            body["statusReason"] = revision.reason
        # A request's members are never null; those that were changed may be.
        return {name: value for name, value in body.items() if value is not None} if changes else body

    def event(self, revision: Revision) -> dict[str, Any]:
        """The event of a revision."""
        return {
            "id": f"evt_{self.id[4:-2]}{crockford(revision.sequence, 2)}",
            "type": f"order.{revision.status}",
            "apiVersion": "2",
            "createdAt": rfc3339(revision.wall_s),
            "sequence": revision.sequence,
            "order": self.rendered(revision),
            "correlationId": self.correlation,
        }


@dataclass(slots=True)
class Token:
    """An opaque access token. Instants are on the simulator's clock."""

    value: str
    scopes: frozenset[str]
    expires_s: float


@dataclass(slots=True)
class Endpoint:
    """A receiver of webhooks."""

    id: str
    url: str
    events: tuple[str, ...]
    description: str
    secret: str
    created_s: float
    enabled: bool = True
    previous: str = ""
    """The secret before the last rotation."""
    previous_until_s: float = 0.0
    """Wall-clock instant until which it signs as well."""

    def wants(self, event: str) -> bool:
        """Whether an event of this type goes there."""
        return self.enabled and ("*" in self.events or event in self.events)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver one event."""

    id: str
    endpoint_id: str
    notice: Notice
    attempt: int
    status: str
    """delivered, failed (another attempt follows), dead."""
    response_status: int | None
    wall_s: float


def is_over(order: Order) -> bool:
    """Whether nothing is to come of it any more."""
    return not TRANSITIONS[order.now.status]


@dataclass(slots=True)
class State:
    """One tenant, which is one OAuth client."""

    secret: str = ""
    """The client secret that it was first called with."""
    options: Options | None = None
    tokens: Store[Token] = field(default_factory=lambda: Store(KEEP_TOKENS))
    orders: Store[Order] = field(default_factory=lambda: Store(KEEP_ORDERS, is_settled=is_over))
    by_order_id: dict[str, Order] = field(default_factory=dict)
    log: ChangeLog[Order] = field(default_factory=ChangeLog)
    customers: Collection = field(
        default_factory=lambda: Collection(CUSTOMERS, KEEP_DOCUMENTS, key_of=lambda body: body["email"].lower())
    )
    quotes: Collection = field(
        default_factory=lambda: Collection(QUOTES, KEEP_DOCUMENTS, key_of=_quote_id, is_settled=_quote_is_over)
    )
    reservations: Collection = field(
        default_factory=lambda: Collection(RESERVATIONS, KEEP_DOCUMENTS, is_settled=_holds_nothing)
    )
    stock: Collection = field(default_factory=lambda: Collection(STOCK, KEEP_DOCUMENTS))
    stocked_by: object = None
    """The setup whose stock was entered."""
    endpoints: Store[Endpoint] = field(
        default_factory=lambda: Store(KEEP_ENDPOINTS, is_settled=lambda endpoint: not endpoint.enabled)
    )
    deliveries: deque[Delivery] = field(default_factory=lambda: deque(maxlen=KEEP_DELIVERIES))
    redeliveries: int = 0

    def __post_init__(self) -> None:
        self.orders.on_forgotten = self._forget

    def options_for(self, client_id: str) -> Options:
        """The account's options, read from its client id once."""
        if self.options is None:
            self.options = options_of(client_id)
        return self.options

    def is_heard(self, kind: str) -> bool:
        """Whether anybody listens for events of this type."""
        return len(self.endpoints) > 0 and any(each.wants(kind) for each in self.endpoints.oldest_first())

    def issue(self, token: Token, now_s: float) -> None:
        """Keep a new token. A day after its end nobody can learn anything from one: they do not pile up."""
        while (oldest := next(self.tokens.oldest_first(), None)) is not None and oldest.expires_s < now_s - 86_400:
            self.tokens.remove(oldest.value)
        self.tokens.put(token.value, token)

    def add(self, order: Order) -> None:
        """Store a new order; the first one with an orderId keeps that name."""
        self.orders.add(order.id, order)
        self.by_order_id.setdefault(order.order_id, order)
        self.log.note(order)

    def change(self, order: Order, revision: Revision) -> None:
        """Make `revision` the order's newest."""
        order.now = revision
        order.revisions.append(revision)
        if len(order.revisions) > KEEP_REVISIONS:
            del order.revisions[1]  # when it was made stays known
        if order.touched >= 0:
            self.log.note(order)

    def _forget(self, _id: str, order: Order) -> None:
        self.log.drop(order)
        if self.by_order_id.get(order.order_id) is order:
            del self.by_order_id[order.order_id]


def _quote_id(body: Mapping[str, Any]) -> str:
    return str(body["quoteId"])


def _quote_is_over(body: Mapping[str, Any]) -> bool:
    return not QUOTE_TRANSITIONS[body["status"]]


def _holds_nothing(body: Mapping[str, Any]) -> bool:
    return not RESERVATION_TRANSITIONS[body["status"]]


def stores(state: State) -> Mapping[str, Store[Any]]:
    """What a tenant holds, by kind."""
    documents = (state.customers, state.quotes, state.reservations, state.stock)
    return {
        "order": state.orders,
        "token": state.tokens,
        "webhook endpoint": state.endpoints,
        **{each.kind.noun: each.store for each in documents},
    }


def moved(order: Order, status: str, account: Account[State], reason: str = "") -> Revision:
    """The order's next revision in state `status`; `ValueError` for a step that is not in the table."""
    now = order.now
    if status not in TRANSITIONS[now.status]:
        raise ValueError(f"an order cannot go from {now.status} to {status}")
    at_s = account.clock()
    wall_s = account.epoch_s + at_s
    return Revision(now.version + 1, now.sequence + 1, status, at_s, wall_s, reason or now.reason, now.changes)
