"""Work orders: what they reserve, and what becomes of that."""

from collections.abc import Mapping, Sequence
from typing import Any

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect
from brownout_simulators.vendors.erp.effects import effect
from brownout_simulators.vendors.erp.errors import refuse
from brownout_simulators.vendors.erp.instants import instant
from brownout_simulators.vendors.erp.records import Record
from brownout_simulators.vendors.erp.resources import State
from brownout_simulators.vendors.erp.stock import RESERVED, release_all, reservations_of


def check_work_order(
    call: Call, account: Account[State], values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
) -> None:
    """What its lines name is there and nobody else's. Raises `Refused`."""
    state = account.state
    if values.get("salesOrderId") and state["salesOrders"].get(values["salesOrderId"]) is None:
        raise refuse(call, "Internal_RecordNotFound", "No sales order has this key.", target="salesOrderId")
    for line in lines:
        if not line["reservationId"]:
            continue
        reservation = state["inventoryReservations"].get(line["reservationId"])
        if reservation is None:
            raise refuse(call, "Internal_RecordNotFound", "No reservation has this key.", target="reservationId")
        held = reservation.values
        if held["status"] != RESERVED or held["workOrderId"] not in {None, values["id"]}:
            message = f"The reservation {held['number']} is {held['status']}, or another's."
            raise refuse(call, "Application_DialogException", message, target="reservationId")


def link_reservations(account: Account[State], work_order: Record, lines: Sequence[Record]) -> None:
    """What its lines name is the work order's now."""
    table = account.state["inventoryReservations"]
    for line in lines:
        reservation = table.get(line.values["reservationId"] or "")
        if reservation is not None and reservation.values["workOrderId"] is None:
            changes = {"workOrderId": work_order.id, "lastModifiedDateTime": instant(account.wall_s())}
            table.change(reservation, changes, account.clock())


def cancelled(account: Account[State], work_order: Record) -> Sequence[Effect]:
    """Nothing is to come of it: what was reserved for it is free."""
    released = release_all(account, reservations_of(account, work_order.id))
    return [effect("erp.work_order_cancellation", work_order), *released]
