"""Orders: taken in, read, listed, changed, cancelled."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, Final

import orjson

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendors.sales import requests, reservations
from brownout_simulators.vendors.sales.conditions import read, require_match, tagged
from brownout_simulators.vendors.sales.errors import correlation_id, problem, refuse
from brownout_simulators.vendors.sales.ids import new_id, rfc3339
from brownout_simulators.vendors.sales.magic import fate_of
from brownout_simulators.vendors.sales.paging import listed, page_asked, page_reply
from brownout_simulators.vendors.sales.resources import Order, Revision, State, moved
from brownout_simulators.vendors.sales.states import STEPS, TRANSITIONS

_SETTLES: Final[Mapping[str, str]] = {"cancel_requested": "released", "rejected": "released", "completed": "consumed"}
"""What becomes of an order's reservation when the order comes to this."""


def take_in(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/orders/intake."""
    request = {"priority": "normal", "metadata": {}} | requests.INTAKE.known(call.data)
    requests.require_sum(call, request["lines"], request["total"])
    return intake(call, account, request)[0]


def intake(call: Call, account: Account[State], request: dict[str, Any]) -> tuple[Reply, str]:
    """One order per orderId, whatever the idempotency key says; the order's id, empty where none was made."""
    state = account.state
    existing = state.by_order_id.get(request["orderId"])
    if existing is not None and state.options_for(account.name).guard:
        headers = {"Location": f"/api/v2/orders/{existing.id}"}
        return problem(call, "duplicate-order", headers=headers, existingId=existing.id), ""
    id = new_id(account, "ord")  # noqa: A001
    reserved = reservations.NOTHING
    if "reserve" in request or "reservationId" in request:
        held, reserved = reservations.commit(call, account, request, id)
        if held:
            request["reservationId"] = held
    order = Order(
        id=id,
        request=request,
        correlation=correlation_id(call),
        fate=fate_of([line["sku"] for line in request["lines"]]),
        revisions=[Revision(1, 1, "received", at_s := account.clock(), account.epoch_s + at_s)],
    )
    state.add(order)
    _plan(account, order)
    reply = tagged(201, order.rendered(order.now), 1)
    reply.headers["Location"] = f"/api/v2/orders/{id}"
    reply.effects = (_effect("sales.order", order), *reserved.effects)
    reply.notices = (*_notices(account, order), *reserved.notices)
    return reply, id


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/orders/{id}, conditionally."""
    return read(call, account, _order(call, account))


def list_orders(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/orders."""
    state, status, order_id = account.state, call.data.get("status"), call.data.get("orderId")
    only = None
    if order_id is not None and state.options_for(account.name).guard:
        found = state.by_order_id.get(order_id)
        only = [found] if found is not None else []

    def is_wanted(order: Order, revision: Revision) -> bool:
        return (status is None or revision.status == status) and (order_id is None or order.order_id == order_id)

    return listed(call, account, state.log, is_wanted, only)


def list_events(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/orders/{id}/events, ascending and without gaps."""
    order, newest = _seen(call, account)
    limit, place = page_asked(call, account)
    events = [one for one in order.revisions if one.is_event and one.sequence <= newest.sequence]
    following = place + limit if len(events) > place + limit else None
    return page_reply(call, account, [order.event(one) for one in events[place : place + limit]], place, following)


def patch(call: Call, account: Account[State]) -> Reply:
    """PATCH /api/v2/orders/{id}: merge-patch of three members, guarded by If-Match."""
    order = _order(call, account)
    require_match(call, order.now.version)
    changes = {name: call.data[name] for name in requests.ORDER_PATCH.members if name in call.data}
    if "priority" in changes and changes["priority"] is None:
        changes["priority"] = "normal"
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
    return _shown(200, order)


def cancel(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/orders/{id}/cancel: 202 and cancelled soon; 200 if it is; 409 once work has begun."""
    order = _order(call, account)
    if order.now.status in {"cancelled", "cancel_requested"}:
        return _shown(200, order)
    done = reservations.Settled()
    if order.fate.cancel_race and order.now.status in {"received", "validated", "accepted", "scheduled"}:
        while order.now.status != "in_progress":
            done = _and(done, _move(account, order, STEPS[order.now.status][0]))
        _plan(account, order)
    if "cancel_requested" not in TRANSITIONS[order.now.status]:
        reply = problem(call, "order-not-cancellable", f"the order is {order.now.status}")
    else:
        done = _and(done, _move(account, order, "cancel_requested", call.data["reason"]))
        _plan(account, order)
        reply = _shown(202, order)
        # From here on nothing stops it: what follows is only how the system tells so.
        done = _and(reservations.Settled((_effect("sales.order_cancellation", order),)), done)
    reply.effects, reply.notices = done
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


def _shown(status: int, order: Order) -> Reply:
    return tagged(status, order.rendered(order.now), order.now.version)


def _effect(kind: str, order: Order) -> Effect:
    references = {"orderId": order.order_id}
    references |= {f"metadata.{name}": value for name, value in order.request["metadata"].items()}
    if kind != "sales.order":
        fields = {"order_id": order.order_id, "reason": order.now.reason}
        return Effect(kind, order.id, references=references, fields=fields)
    total = order.request["total"]
    return Effect(kind, order.id, minor_units(total), total["currency"].lower(), references, _fields(order.request))


def _fields(request: Mapping[str, Any]) -> dict[str, Any]:
    """What was ordered, by whom and for where."""
    site = request["site"]
    places = {
        "line1": site["line1"],
        "city": site["city"],
        "postal_code": site["postalCode"],
        "country": site["country"],
    }
    lines = effect_lines(request["lines"])
    return {"order_id": request["orderId"], "customer": request["customer"]["name"], "site": places, "lines": lines}


def effect_lines(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """As the books have them: money in minor units, quantities as numbers where they are whole."""
    return [
        {"sku": line["sku"], "quantity": _count(line["quantity"]), "unit_price": minor_units(line["unitPrice"])}
        for line in lines
    ]


@lru_cache(maxsize=1_024)
def _count(quantity: str) -> int | str:
    """Remembered, as prices are: the same come again and again."""
    count = Decimal(quantity)
    return int(count) if count == count.to_integral_value() else str(count)


def minor_units(money: Mapping[str, str]) -> int:
    """An amount of money in hundredths."""
    return _hundredths(money["amount"])


@lru_cache(maxsize=4_096)
def _hundredths(amount: str) -> int:
    return int(Decimal(amount).scaleb(2).to_integral_value())


def _notices(account: Account[State], order: Order) -> tuple[Notice, ...]:
    """The newest event, where anybody listens."""
    if not len(account.state.endpoints):
        return ()
    kind = f"order.{order.now.status}"
    return (Notice(kind, order.event(order.now)),) if account.state.is_heard(kind) else ()


def _move(account: Account[State], order: Order, status: str, reason: str = "") -> reservations.Settled:
    account.state.change(order, moved(order, status, account, reason))
    notices = _notices(account, order)
    told = reservations.Settled((), notices) if notices else reservations.NOTHING
    if status in _SETTLES and (held := order.request.get("reservationId")):
        return _and(told, reservations.settle(account, held, _SETTLES[status], f"the order is {status}"))
    return told


def _and(first: reservations.Settled, then: reservations.Settled) -> reservations.Settled:
    return reservations.Settled((*first.effects, *then.effects), (*first.notices, *then.notices))


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
    if fate.rejected and before == "received":
        status = "rejected"
    factor = account.state.options_for(account.name).slow
    delay_s = delay_s if fate.step_s is None else fate.step_s
    account.later(delay_s * factor, partial(_step, account, order, before, status))


def _step(account: Account[State], order: Order, before: str, status: str) -> Aftermath | None:
    if order.now.status != before:
        return None  # cancelled in the meantime
    done = _move(account, order, status, "rejected by the business rules" if status == "rejected" else "")
    _plan(account, order)
    return Aftermath(*done) if done.effects or done.notices else None
