"""Reservations: stock that is held for a while, becomes an order's, and is given back or leaves with it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.sales import inventory, requests
from brownout_simulators.vendors.sales.conditions import read, shown
from brownout_simulators.vendors.sales.documents import Document, required, told
from brownout_simulators.vendors.sales.errors import correlation_id, problem, refuse
from brownout_simulators.vendors.sales.ids import rfc3339
from brownout_simulators.vendors.sales.paging import listed
from brownout_simulators.vendors.sales.resources import State
from brownout_simulators.vendors.sales.states import RESERVATION_TRANSITIONS

HOLD_S: Final = 900


class Settled(NamedTuple):
    """What became of a reservation, for the books and for who listens."""

    effects: tuple[Effect, ...] = ()
    notices: tuple[Notice, ...] = ()


NOTHING: Final = Settled()


def create(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/reservations: all of the lines, or none."""
    request = requests.RESERVATION.known(call.data)
    _require_stock(call, account, request["lines"])
    hold_s = request.pop("expiresInSeconds", HOLD_S)
    body = {"metadata": {}} | request | {"expiresAt": rfc3339(account.wall_s() + hold_s)}
    document = _made(call, account, body, "held")

    def expire() -> Aftermath | None:
        if document.now.status != "held":
            return None
        settled = settle(account, document.id, "expired")
        return Aftermath(settled.effects, settled.notices)

    account.later(float(hold_s), expire)
    reply = shown(201, document)
    reply.effects = (_effect("sales.reservation", document),)
    reply.notices = told(account, document)
    return reply


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/reservations/{id}."""
    return read(call, account, required(call, account.state.reservations))


def list_reservations(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/reservations."""
    wanted = {name: call.data[name] for name in ("status", "reference") if name in call.data}
    return listed(
        call,
        account,
        account.state.reservations.log,
        lambda _document, edition: all(edition.body.get(name) == value for name, value in wanted.items()),
    )


def release(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/reservations/{id}/release: what holds nothing any more is answered as it is."""
    document = required(call, account.state.reservations)
    if document.now.status in {"committed", "consumed"}:
        return problem(call, "reservation-not-held", f"it is order {document.now.body['order']}'s: cancel that")
    settled = Settled()
    if document.now.status == "held":
        settled = settle(account, document.id, "released")
    reply = shown(200, document)
    reply.effects, reply.notices = settled
    return reply


def commit(call: Call, account: Account[State], request: Mapping[str, Any], order: str) -> tuple[str, Settled]:
    """The stock of an order that is about to be taken in becomes that order's: the reservation's id, empty where it
    wants none. Raises `Refused` where it cannot be had: then nothing has changed."""
    held = request.get("reservationId")
    if held is not None:
        return held, _taken_over(call, account, held, request["lines"], order)
    if not request.get("reserve"):
        return "", Settled()
    _require_stock(call, account, request["lines"])
    lines = [{"sku": line["sku"], "quantity": line["quantity"]} for line in request["lines"]]
    body = {"metadata": request["metadata"], "reference": request["orderId"], "lines": lines, "order": order}
    document = _made(call, account, body, "committed")
    return document.id, Settled((_effect("sales.reservation", document),), told(account, document))


def settle(account: Account[State], id: str, status: str, reason: str = "") -> Settled:  # noqa: A002
    """Move a reservation to where it holds nothing, if it does not hold nothing already; its stock with it."""
    reservations = account.state.reservations
    document = reservations.store.get(id)
    if document is None or status not in RESERVATION_TRANSITIONS[document.now.status]:
        return Settled()
    quantities = inventory.quantities_of(document.now.body["lines"])
    if status == "consumed":
        inventory.consume(account, quantities)
    else:
        inventory.reserve(account, {sku: -quantity for sku, quantity in quantities.items()})
    changes = {"status": status, "statusReason": reason or None, "expiresAt": None}
    reservations.change(account, document, changes, event=status)
    effects = () if status == "consumed" else (_effect("sales.reservation_release", document),)
    return Settled(effects, told(account, document))


def _taken_over(
    call: Call, account: Account[State], held: str, lines: Iterable[Mapping[str, Any]], order: str
) -> Settled:
    reservations = account.state.reservations
    document = reservations.store.get(held)
    if document is None:
        raise requests.flawed(call, "/reservationId", "unknown", "there is no such reservation")
    if document.now.status != "held":
        raise refuse(call, "reservation-not-held", f"it is {document.now.status}")
    if inventory.quantities_of(lines) != inventory.quantities_of(document.now.body["lines"]):
        raise requests.flawed(call, "/reservationId", "lines", "it holds other quantities than are ordered")
    changes = {"status": "committed", "order": order, "expiresAt": None}
    reservations.change(account, document, changes, event="committed")
    return Settled((), told(account, document))


def _require_stock(call: Call, account: Account[State], lines: Iterable[Mapping[str, Any]]) -> None:
    missing = inventory.shortages(account, inventory.quantities_of(lines))
    if missing:
        raise Refused(problem(call, "insufficient-stock", shortages=missing))


def _made(call: Call, account: Account[State], body: Mapping[str, Any], status: str) -> Document:
    inventory.reserve(account, inventory.quantities_of(body["lines"]))
    return account.state.reservations.make(
        account, {**body, "status": status}, event=status, correlation=correlation_id(call)
    )


def _effect(kind: str, document: Document) -> Effect:
    body = document.now.body
    references = {f"metadata.{name}": value for name, value in body["metadata"].items()}
    if "reference" in body:
        references["reference"] = body["reference"]
    fields = {
        "reference": body.get("reference", ""),
        "order": body.get("order", ""),
        "lines": [{"sku": line["sku"], "quantity": line["quantity"]} for line in body["lines"]],
    }
    if kind.endswith("_release"):
        fields["why"] = body["status"]
    return Effect(kind, document.id, references=references, fields=fields)
