"""Orders: taken in, read, listed, changed, cancelled; and the table of all routes."""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import orjson

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.sales import access, webhooks
from brownout_simulators.vendors.sales.errors import correlation_id, invalid, problem, refuse
from brownout_simulators.vendors.sales.magic import fate_of
from brownout_simulators.vendors.sales.resources import (
    STEPS,
    TRANSITIONS,
    Order,
    Revision,
    State,
    moved,
    new_id,
    rfc3339,
)
from brownout_simulators.vendors.sales.validation import Findings, check_priority, check_window, checked_intake

CURSOR_LIFE_S: Final = 600.0
_PATCHABLE: Final = ("requestedWindow", "priority", "notes")
_FILTERS: Final = frozenset({"limit", "cursor", "status", "orderId", "updatedSince"})


def take_in(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/orders/intake: one order per orderId, whatever the idempotency key says."""
    request = checked_intake(call)
    state = account.state
    existing = state.by_order_id.get(request["orderId"])
    if existing is not None and state.options_for(account.name).guard:
        headers = {"Location": f"/api/v2/orders/{existing.id}"}
        return problem(call, "duplicate-order", headers=headers, existingId=existing.id)
    order = Order(
        id=new_id(account, "ord"),
        request=request,
        correlation=correlation_id(call),
        fate=fate_of([line["sku"] for line in request["lines"]]),
        revisions=[Revision(1, 1, "received", at_s := account.clock(), account.epoch_s + at_s)],
    )
    state.add(order)
    _plan(account, order)
    reply = _order_reply(201, order, order.now)
    reply.headers["Location"] = f"/api/v2/orders/{order.id}"
    reply.effects = (_effect(order),)
    reply.notices = _notices(account, order)
    return reply


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/orders/{id}, conditionally; a replica that lags does not know a young order yet."""
    order, revision = _seen(call, account)
    tag = f'"v{revision.version}"'
    known = {part.strip().removeprefix("W/") for part in call.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Reply(304, b"", {"ETag": tag})
    return _order_reply(200, order, revision)


def list_orders(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/orders in order of change: what changes between two pages comes again, and is never missed."""
    limit, place = _page(call, account, _FILTERS)
    status, order_id = call.data.get("status"), call.data.get("orderId")
    if status is not None and status not in TRANSITIONS:
        raise refuse(call, "bad-parameter", f"status {status}")
    since_s = _instant_s(call, "updatedSince")
    found: list[dict[str, Any]] = []
    following = None
    for order in account.state.log.since(place, since_s):
        revision = order.as_of(account.as_of_s, hides_new_only=account.hides_new_only)
        if revision is None or revision is not order.now:
            account.was_stale = True
        if revision is None or (status and revision.status != status) or (order_id and order.order_id != order_id):
            continue
        if len(found) == limit:
            following = order.touched
            break
        found.append(order.rendered(revision))
    return _page_reply(account, found, following)


def list_events(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/orders/{id}/events, ascending and without gaps."""
    order, newest = _seen(call, account)
    limit, place = _page(call, account, frozenset({"limit", "cursor"}))
    events = [one for one in order.revisions if one.is_event and one.sequence <= newest.sequence]
    found = [order.event(revision) for revision in events[place : place + limit]]
    following = place + limit if len(events) > place + limit else None
    return _page_reply(account, found, following)


def patch(call: Call, account: Account[State]) -> Reply:
    """PATCH /api/v2/orders/{id}: merge-patch of three members, guarded by If-Match."""
    order = _order(call, account)
    wanted = call.headers.get("if-match")
    if wanted is None:
        raise refuse(call, "if-match-required")
    tag = f'"v{order.now.version}"'
    if wanted.strip() not in {tag, "*"}:
        raise refuse(call, "version-mismatch", f"the order is at {tag}", currentVersion=order.now.version)
    changes = {name: call.data[name] for name in _PATCHABLE if name in call.data}
    _check_changes(call, changes)
    now = order.now
    account.state.change(
        order,
        Revision(
            version=now.version + 1,
            sequence=now.sequence,
            status=now.status,
            at_s=account.clock(),
            wall_s=account.wall_s(),
            reason=now.reason,
            changes={**now.changes, **changes},
            is_event=False,
        ),
    )
    return _order_reply(200, order, order.now)


def cancel(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/orders/{id}/cancel: 202 and cancelled soon; 200 if it is; 409 once work has begun."""
    order = _order(call, account)
    found = Findings()
    reason = found.text(call.data, "", "reason", longest=500)
    if found.errors:
        raise invalid(call, found.errors)
    if order.now.status == "cancelled":
        return _order_reply(200, order, order.now)
    if order.now.status == "cancel_requested":
        return _order_reply(202, order, order.now)
    notices: list[Notice] = []
    if order.fate.cancel_race and order.now.status in {"received", "validated", "accepted", "scheduled"}:
        while order.now.status != "in_progress":
            notices += _move(account, order, STEPS[order.now.status][0])
        _plan(account, order)
    if "cancel_requested" not in TRANSITIONS[order.now.status]:
        reply = problem(call, "order-not-cancellable", f"the order is {order.now.status}")
    else:
        notices += _move(account, order, "cancel_requested", reason)
        _plan(account, order)
        reply = _order_reply(202, order, order.now)
    reply.notices = notices
    return reply


def health(_call: Call, account: Account[State]) -> Reply:
    """GET /healthz."""
    body = {"status": "healthy", "latency": 0, "lastChecked": rfc3339(account.wall_s())}
    return Reply(200, orjson.dumps(body), {"Content-Type": "application/json"})


def _order(call: Call, account: Account[State]) -> Order:
    order = account.state.orders.get(call.params["id"])
    if order is None:
        raise refuse(call, "not-found")
    return order


def _seen(call: Call, account: Account[State]) -> tuple[Order, Revision]:
    """The order and the revision that this read sees."""
    order = _order(call, account)
    revision = order.as_of(account.as_of_s, hides_new_only=account.hides_new_only)
    if revision is not order.now:
        account.was_stale = True
    if revision is None:
        # Inside a replica's lag the caller can know that it will be there: trying again helps.
        raise refuse(call, "not-found", retryable=True)
    return order, revision


def _order_reply(status: int, order: Order, revision: Revision) -> Reply:
    headers = {"Content-Type": "application/json", "ETag": f'"v{revision.version}"'}
    return Reply(status, orjson.dumps(order.rendered(revision)), headers)


def _effect(order: Order) -> Effect:
    total = order.request["total"]
    references = {"orderId": order.order_id}
    references |= {f"metadata.{name}": value for name, value in order.request["metadata"].items()}
    currency = total["currency"].lower()
    return Effect("sales.order", order.id, _minor_units(total), currency, references, _fields(order.request))


def _fields(request: Mapping[str, Any]) -> dict[str, Any]:
    """What was ordered, by whom and for where: money in minor units, quantities as numbers where they are whole."""
    site = request["site"]
    lines = [
        {
            "sku": line["sku"],
            "quantity": int(count) if (count := Decimal(line["quantity"])) == count.to_integral_value() else str(count),
            "unit_price": _minor_units(line["unitPrice"]),
        }
        for line in request["lines"]
    ]
    places = {
        "line1": site["line1"],
        "city": site["city"],
        "postal_code": site["postalCode"],
        "country": site["country"],
    }
    return {"order_id": request["orderId"], "customer": request["customer"]["name"], "site": places, "lines": lines}


def _minor_units(money: Mapping[str, str]) -> int:
    return int(Decimal(money["amount"]).scaleb(2).to_integral_value())


def _notices(account: Account[State], order: Order) -> tuple[Notice, ...]:
    """The newest event, where anybody listens."""
    if not len(account.state.endpoints):
        return ()
    kind = f"order.{order.now.status}"
    if not any(endpoint.wants(kind) for endpoint in account.state.endpoints.oldest_first()):
        return ()
    return (Notice(kind, order.event(order.now)),)


def _move(account: Account[State], order: Order, status: str, reason: str = "") -> tuple[Notice, ...]:
    account.state.change(order, moved(order, status, account, reason))
    return _notices(account, order)


def _plan(account: Account[State], order: Order) -> None:
    """Arrange the order's next step, if it takes one by itself."""
    before = order.now.status
    following = STEPS.get(before)
    if following is None:
        return
    status, delay_s = following
    fate = order.fate
    if (fate.stuck and before == "validated") or (fate.cancel_race and before == "scheduled"):
        return
    rejected = fate.rejected and before == "received"
    factor = account.state.options_for(account.name).slow

    def step() -> Aftermath | None:
        if order.now.status != before:
            return None  # cancelled in the meantime
        reason = "rejected by the business rules" if rejected else ""
        notices = _move(account, order, "rejected" if rejected else status, reason)
        _plan(account, order)
        return Aftermath(notices=notices) if notices else None

    account.later((delay_s if fate.step_s is None else fate.step_s) * factor, step)


def _check_changes(call: Call, changes: dict[str, Any]) -> None:
    found = Findings()
    if "requestedWindow" in changes:
        check_window(changes["requestedWindow"], found)
    if changes.get("priority") is None and "priority" in changes:
        changes["priority"] = "normal"
    if "priority" in changes:
        check_priority(changes["priority"], found)
    found.text(changes, "", "notes", longest=2000, optional=True)
    if found.errors:
        raise invalid(call, found.errors)


def _page(call: Call, account: Account[State], allowed: frozenset[str]) -> tuple[int, int]:
    """Page length and starting place; 400 for an unknown parameter, 410 for a cursor older than ten minutes."""
    unknown = sorted(set(call.data) - allowed)
    if unknown:
        raise refuse(call, "bad-parameter", f"unknown: {', '.join(unknown)}")
    limit = str(call.data.get("limit", "50"))
    if not limit.isdecimal() or not 1 <= int(limit) <= 200:
        raise refuse(call, "bad-parameter", "limit must be 1 to 200")
    cursor = call.data.get("cursor")
    if cursor is None:
        return int(limit), 0
    try:
        place, made_s = base64.urlsafe_b64decode(str(cursor).encode()).decode().split("@")
        start, age_s = int(place), account.clock() - float(made_s)
    except ValueError:
        raise refuse(call, "bad-parameter", "cursor") from None
    if age_s > CURSOR_LIFE_S:
        raise refuse(call, "cursor-expired")
    return int(limit), max(0, start)


def _page_reply(account: Account[State], found: list[dict[str, Any]], following: int | None) -> Reply:
    cursor = None
    if following is not None:
        cursor = base64.urlsafe_b64encode(f"{following}@{account.clock():.3f}".encode()).decode()
    body = {"data": found, "page": {"nextCursor": cursor, "hasMore": cursor is not None}}
    return Reply(200, orjson.dumps(body), {"Content-Type": "application/json"})


def _instant_s(call: Call, name: str) -> float:
    value = call.data.get(name)
    if value is None:
        return 0.0
    try:
        # A plus sign that was not percent-encoded arrives as a space.
        moment = datetime.fromisoformat(str(value).replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise refuse(call, "bad-parameter", f"{name} must be an RFC 3339 instant")
    return moment.timestamp()


def plain(action: Callable[[Call, Account[State]], Reply]) -> Callable[[Call, Account[State]], Reply]:
    """For endpoints without parameters: any query is a mistake."""

    def guarded(call: Call, account: Account[State]) -> Reply:
        if call.query:
            raise refuse(call, "bad-parameter", "this endpoint takes no query")
        return action(call, account)

    return guarded


ROUTES: Final[tuple[Route[State], ...]] = (
    *access.ROUTES,
    Route("POST", "/api/v2/orders/intake", plain(take_in)),
    Route("GET", "/api/v2/orders", list_orders),
    Route("GET", "/api/v2/orders/{id}", plain(fetch)),
    Route("PATCH", "/api/v2/orders/{id}", plain(patch)),
    Route("POST", "/api/v2/orders/{id}/cancel", plain(cancel)),
    Route("GET", "/api/v2/orders/{id}/events", list_events),
    *webhooks.ROUTES,
    Route("GET", "/healthz", health, public=True),
)
