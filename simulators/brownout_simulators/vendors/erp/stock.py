"""Stock: what is there, what is spoken for, and for how long. Less than nothing is never available."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Effect
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.erp.effects import effect
from brownout_simulators.vendors.erp.errors import refuse
from brownout_simulators.vendors.erp.instants import decimal_of, instant, number_of
from brownout_simulators.vendors.erp.records import Record
from brownout_simulators.vendors.erp.resources import State, state_of
from brownout_simulators.vendors.erp.schema import RESERVATIONS
from brownout_simulators.vendors.erp.setup import setup_of
from brownout_simulators.vendors.erp.telling import told_later

LIFETIME_S: Final = 900.0
"""Of a reservation, in an ERP's seconds."""
RESERVED: Final = "Reserved"


def check_reservation(call: Call, account: Account[State], values: dict[str, Any]) -> None:
    """There is so much. Raises `Refused`."""
    item = account.state["items"].get(values["itemId"])
    assert item is not None  # noqa: S101  the link was looked up
    require_stock(call, account, item, decimal_of(values["quantity"]))
    if values["workOrderId"] and account.state["workOrders"].get(values["workOrderId"]) is None:
        raise refuse(call, "Internal_RecordNotFound", "No work order has this key.", target="workOrderId")
    lifetime_s = setup_of(account).scaled(LIFETIME_S)
    values["expiresDateTime"] = instant(account.wall_s() + lifetime_s)


def require_stock(call: Call, account: Account[State], item: Record, quantity: Decimal) -> None:
    """So much of it is available. Raises `Refused`."""
    available = account.state.available(item)
    if quantity > available:
        raise insufficient(call, item, available)


def insufficient(call: Call, item: Record, available: Decimal) -> Refused:
    """Not so much is there."""
    details = [("insufficient-inventory", f"{item.values['number']}: {number_of(available)} available")]
    message = f"The inventory of {item.values['number']} is not sufficient."
    return refuse(call, "Application_DialogException", message, target="items", details=details)


def begin_reservation(account: Account[State], record: Record) -> None:
    """The stock is spoken for, until it is released, consumed or the time is over."""
    state = account.state
    state.reserve(record.values["itemId"], decimal_of(record.values["quantity"]))
    account.later(setup_of(account).scaled(LIFETIME_S), partial(_expire, account, record.id))


def end_reservation(account: Account[State], record: Record, status: str) -> Record:
    """It is `Released`, `Consumed` or `Expired`; what it spoke for is free again, or gone."""
    state = account.state
    state.reserve(record.values["itemId"], -decimal_of(record.values["quantity"]))
    changes = {"status": status, "lastModifiedDateTime": instant(account.wall_s())}
    return state["inventoryReservations"].change(record, changes, account.clock())


def reservations_of(account: Account[State], work_order_id: str) -> list[Record]:
    """A work order's that stand."""
    found = account.state["inventoryReservations"].having("workOrderId", work_order_id)
    return [each for each in found if each.values["status"] == RESERVED]


def release_all(account: Account[State], reservations: Sequence[Record]) -> list[Effect]:
    """Nobody needs them any more."""
    return [effect("erp.reservation_release", end_reservation(account, each, "Released")) for each in reservations]


def consume(call: Call, account: Account[State], reservations: Sequence[Record]) -> None:
    """The work took what was reserved for it: so much less is there."""
    for each in reservations:
        end_reservation(account, each, "Consumed")
        take(call, account, each.values["itemId"], Decimal(str(each.values["quantity"])))


def take(call: Call, account: Account[State], item_id: str, quantity: Decimal) -> None:
    """So much less of an item is there."""
    item = account.state["items"].get(item_id)
    if item is None:
        raise refuse(call, "Internal_RecordNotFound", "No item has this key.", target="itemId")
    left = decimal_of(item.values["inventory"]) - quantity
    changes = {"inventory": number_of(left), "lastModifiedDateTime": instant(account.wall_s())}
    account.state["items"].change(item, changes, account.clock())


def _expire(account: Account[Any], id: str) -> Aftermath | None:  # noqa: A002
    """Nobody has taken it; one that is a work order's stands until that is finished or cancelled."""
    record = state_of(account)["inventoryReservations"].get(id)
    if record is None or record.values["status"] != RESERVED or record.values["workOrderId"]:
        return None
    expired = end_reservation(account, record, "Expired")
    told_later(account, RESERVATIONS, expired, "updated")
    return Aftermath(effects=(effect("erp.reservation_release", expired),))
