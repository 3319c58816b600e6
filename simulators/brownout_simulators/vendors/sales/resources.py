"""What a tenant of the sales system holds: orders and the machine that moves them, tokens, webhook endpoints."""

import hashlib
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from brownout_simulators.account import Account
from brownout_simulators.call import Notice
from brownout_simulators.store import Store
from brownout_simulators.vendors.sales.magic import Fate, Options, options_of

TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    "received": frozenset({"validated", "rejected", "cancel_requested"}),
    "validated": frozenset({"accepted", "rejected", "cancel_requested"}),
    "accepted": frozenset({"scheduled", "cancel_requested"}),
    "scheduled": frozenset({"in_progress", "cancel_requested"}),
    "in_progress": frozenset({"completed"}),
    "cancel_requested": frozenset({"cancelled"}),
    "completed": frozenset(),
    "rejected": frozenset(),
    "cancelled": frozenset(),
}
STEPS: Final[Mapping[str, tuple[str, float]]] = {
    # state: (the state that follows by itself, after how many seconds)
    "received": ("validated", 0.05),
    "validated": ("accepted", 0.05),
    "accepted": ("scheduled", 0.1),
    "scheduled": ("in_progress", 0.2),
    "in_progress": ("completed", 0.4),
    "cancel_requested": ("cancelled", 0.05),
}
KEEP_ORDERS: Final = 50_000
KEEP_REVISIONS: Final = 1_000
"""Of one order."""
KEEP_TOKENS: Final = 50_000
KEEP_ENDPOINTS: Final = 1_000
KEEP_DELIVERIES: Final = 10_000
EMPTY_PLACES: Final = 1_024
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = [first + second for first in _CROCKFORD for second in _CROCKFORD]


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

    @property
    def now(self) -> Revision:
        """The newest revision."""
        return self.revisions[-1]

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
        body = {
            "id": self.id,
            **self.request,
            **revision.changes,
            "status": revision.status,
            "version": revision.version,
            "createdAt": rfc3339(self.revisions[0].wall_s),
            "updatedAt": rfc3339(revision.wall_s),
            "links": {"self": path, "cancel": f"{path}/cancel", "events": f"{path}/events"},
        }
        if revision.reason:
            body["statusReason"] = revision.reason
        return {name: value for name, value in body.items() if value is not None}

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


class ChangeLog:
    """Orders by change: an entry is the newest change of its order, and its place is never given again. Listing walks
    it, so a cursor is a place. An entry that its order has left behind stays until enough of them are cleared away."""

    def __init__(self) -> None:
        self._orders: list[Order | None] = []
        self._places = array("Q")
        self._wall_s = array("d")
        self._next = self._gone = 0

    def __len__(self) -> int:
        """Entries that are some order's newest."""
        return len(self._orders) - self._gone

    def note(self, order: Order) -> None:
        """The order has changed."""
        before, order.touched = order.touched, self._next
        self._next += 1
        self._orders.append(order)
        self._places.append(order.touched)
        self._wall_s.append(order.now.wall_s)
        if before >= 0:
            self._leave()

    def drop(self, order: Order) -> None:
        """Its entry means nothing any more; it may have none."""
        if order.touched < 0:
            return
        # Not only left behind: the order itself is to be forgotten.
        self._orders[bisect_left(self._places, order.touched)] = None
        order.touched = -1
        self._leave()

    def _leave(self) -> None:
        self._gone += 1
        if self._gone > EMPTY_PLACES and self._gone > len(self):
            self._close()

    def _close(self) -> None:
        """Take out the empty entries; the others keep their places."""
        entries = enumerate(zip(self._orders, self._places, strict=True))
        kept = [at for at, (order, place) in entries if order is not None and order.touched == place]
        self._orders = [self._orders[at] for at in kept]
        self._places = array("Q", [self._places[at] for at in kept])
        self._wall_s = array("d", [self._wall_s[at] for at in kept])
        self._gone = 0

    def since(self, place: int, wall_s: float = 0.0) -> Iterator[Order]:
        """Orders in order of their last change, from a place in the log and an instant on."""
        start = max(bisect_left(self._places, place), bisect_left(self._wall_s, wall_s) if wall_s else 0)
        for at in range(start, len(self._orders)):
            order = self._orders[at]
            if order is not None and order.touched == self._places[at]:
                yield order


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
    log: ChangeLog = field(default_factory=ChangeLog)
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
        order.revisions.append(revision)
        if len(order.revisions) > KEEP_REVISIONS:
            del order.revisions[1]  # when it was made stays known
        if order.id in self.orders:
            self.log.note(order)

    def _forget(self, _id: str, order: Order) -> None:
        self.log.drop(order)
        if self.by_order_id.get(order.order_id) is order:
            del self.by_order_id[order.order_id]


def stores(state: State) -> Mapping[str, Store[Any]]:
    """What a tenant holds, by kind."""
    return {"order": state.orders, "token": state.tokens, "webhook endpoint": state.endpoints}


def moved(order: Order, status: str, account: Account[State], reason: str = "") -> Revision:
    """The order's next revision in state `status`; `ValueError` for a step that is not in the table."""
    now = order.now
    if status not in TRANSITIONS[now.status]:
        raise ValueError(f"an order cannot go from {now.status} to {status}")
    at_s = account.clock()
    wall_s = account.epoch_s + at_s
    return Revision(now.version + 1, now.sequence + 1, status, at_s, wall_s, reason or now.reason, now.changes)


def new_id(account: Account[State], prefix: str) -> str:
    """A prefix and a ULID: 48 bits of milliseconds, 80 of randomness."""
    milliseconds = int(account.wall_s() * 1000) & (2**48 - 1)
    return f"{prefix}_{_instant(milliseconds)}{crockford(int(account.ids.hexadecimal(20), 16), 16)}"


@lru_cache(maxsize=64)
def _instant(milliseconds: int) -> str:
    """Many ids are made within one."""
    return crockford(milliseconds, 10)


def derived_id(prefix: str, *parts: str) -> str:
    """An id of the same form that is a function of its parts."""
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=16).digest()
    return f"{prefix}_{crockford(int.from_bytes(digest), 26)}"


def crockford(number: int, length: int) -> str:
    """The last `length` digits of a number in Crockford's base 32."""
    pairs = [_PAIRS[(number >> shift) & 1023] for shift in range(10 * ((length - 1) // 2), -1, -10)]
    return "".join(pairs)[-length:]


@lru_cache(maxsize=1024)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def rfc3339(wall_s: float) -> str:
    """UTC with milliseconds."""
    milliseconds = int(wall_s * 1000)
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"
