"""What is in stock: by SKU, how much is on hand and how much of that is reserved."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.sales.conditions import read, require_match, shown
from brownout_simulators.vendors.sales.documents import Collection, Document, required
from brownout_simulators.vendors.sales.errors import problem, refuse
from brownout_simulators.vendors.sales.paging import listed
from brownout_simulators.vendors.sales.resources import State

LONGEST_SKU: Final = 100
Quantities = Mapping[str, Decimal]
"""By SKU."""


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/inventory/{sku}."""
    return read(call, account, required(call, stock_of(account)))


def list_stock(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/inventory."""
    return listed(call, account, stock_of(account).log, lambda _document, _edition: True)


def put(call: Call, account: Account[State]) -> Reply:
    """PUT /api/v2/inventory/{sku}: so much is on hand now."""
    stock, sku = stock_of(account), call.params["sku"]
    document, on_hand = stock.store.get(sku), Decimal(call.data["onHand"])
    if document is None:
        if len(sku) > LONGEST_SKU:
            raise refuse(call, "not-found")
        if "if-match" in call.headers:
            raise refuse(call, "version-mismatch", "there is none", currentVersion=0)
        return shown(201, _enter(account, stock, sku, on_hand))
    require_match(call, document.now.version, is_required=False)
    if on_hand < _reserved(document):
        return problem(call, "stock-below-reserved", f"{document.now.body['reserved']} are reserved")
    _change(account, stock, document, on_hand, _reserved(document))
    return shown(200, document)


def stock_of(account: Account[State]) -> Collection:
    """The tenant's stock, with what the setup says where the tenant has said nothing."""
    state = account.state
    if account.setup is not None and state.stocked_by is not account.setup:
        state.stocked_by = account.setup
        for sku, on_hand in account.setup.items():
            if sku not in state.stock.store:
                _enter(account, state.stock, sku, on_hand, since_s=0.0)
    return state.stock


def quantities_of(lines: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """What lines add up to."""
    found: dict[str, Decimal] = {}
    for line in lines:
        found[line["sku"]] = found.get(line["sku"], Decimal(0)) + Decimal(line["quantity"])
    return found


def shortages(account: Account[State], wanted: Quantities) -> list[dict[str, str]]:
    """Of which SKUs less is available; an unknown one is not."""
    found = []
    stock = stock_of(account).store
    for sku, quantity in wanted.items():
        document = stock.get(sku)
        available = Decimal(0) if document is None else Decimal(document.now.body["available"])
        if quantity > available:
            found.append({"sku": sku, "requested": text_of(quantity), "available": text_of(available)})
    return found


def reserve(account: Account[State], wanted: Quantities) -> None:
    """All of it, of which there is enough; negative to give back."""
    _move(account, wanted, gone=False)


def consume(account: Account[State], reserved: Quantities) -> None:
    """What was reserved has left."""
    _move(account, reserved, gone=True)


def _move(account: Account[State], quantities: Quantities, *, gone: bool) -> None:
    stock = stock_of(account)
    for sku, quantity in quantities.items():
        document = stock.store.get(sku)
        if document is None:
            continue  # forgotten for want of room
        on_hand, reserved = Decimal(document.now.body["onHand"]), _reserved(document)
        if gone:
            _change(account, stock, document, on_hand - quantity, reserved - quantity)
        else:
            _change(account, stock, document, on_hand, reserved + quantity)


def text_of(number: Decimal) -> str:
    """Without an exponent, and without zeros that say nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _reserved(document: Document) -> Decimal:
    return Decimal(document.now.body["reserved"])


def _enter(
    account: Account[State], stock: Collection, sku: str, on_hand: Decimal, since_s: float | None = None
) -> Document:
    return stock.make(account, _body(on_hand, Decimal(0)), id=sku, since_s=since_s)


def _change(
    account: Account[State], stock: Collection, document: Document, on_hand: Decimal, reserved: Decimal
) -> None:
    stock.change(account, document, _body(on_hand, reserved))


def _body(on_hand: Decimal, reserved: Decimal) -> dict[str, str]:
    return {"onHand": text_of(on_hand), "reserved": text_of(reserved), "available": text_of(on_hand - reserved)}
