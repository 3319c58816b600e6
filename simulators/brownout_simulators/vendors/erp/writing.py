"""Writing: entities are made, changed, taken away. Everything is looked at before anything is changed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.erp.concurrency import require_free, require_match, wait_for
from brownout_simulators.vendors.erp.effects import effect
from brownout_simulators.vendors.erp.errors import refuse
from brownout_simulators.vendors.erp.instants import instant, new_guid
from brownout_simulators.vendors.erp.lines import (
    add_lines,
    add_up,
    amount_of,
    closed,
    document_of,
    line_values,
    lines_in,
    total_of,
)
from brownout_simulators.vendors.erp.reading import Action, find
from brownout_simulators.vendors.erp.records import Record
from brownout_simulators.vendors.erp.rendering import one_reply
from brownout_simulators.vendors.erp.resources import State
from brownout_simulators.vendors.erp.schema import KINDS, Kind
from brownout_simulators.vendors.erp.states import BY_PATCH, FIRST, is_over, may_go
from brownout_simulators.vendors.erp.stock import begin_reservation, check_reservation
from brownout_simulators.vendors.erp.telling import told_later
from brownout_simulators.vendors.erp.validation import changed_values, new_values
from brownout_simulators.vendors.erp.work_orders import cancelled, check_work_order, link_reservations

DELETABLE: Final = frozenset({"Draft", "Cancelled", None})
"""States of documents that may go."""
_MADE: Final[Mapping[str, str]] = {
    "salesOrders": "erp.sales_order",
    "workOrders": "erp.work_order",
    "inventoryReservations": "erp.reservation",
}


def insert(kind: Kind) -> Action:
    """POST …/{set}."""
    if kind.header:
        return _insert_line(kind, lambda call: str(call.data.get("documentId", "")))

    def action(call: Call, account: Account[State]) -> Reply:
        values = new_values(call, account, kind, call.data)
        lines = lines_in(call, account, kind, call.data)
        _prepare(call, account, kind, values, lines)
        require_free(call, account, kind, values)
        record = account.state[kind.set].add(values["id"], values, account.clock())
        made = add_lines(account, kind, record, lines) if lines else []
        effects = _begin(account, kind, record, made)
        told_later(account, kind, record, "created")
        reply = one_reply(call, account, kind, record, status=201, expand=(kind.lines_as,) if lines else ())
        reply.effects = effects
        return reply

    return action


def insert_line(header: Kind) -> Action:
    """POST …/{set}({id})/{lines}."""
    return _insert_line(KINDS[header.lines], lambda call: call.params["id"].strip("'").lower())


def patch(kind: Kind) -> Action:
    """PATCH …/{set}({id})."""

    def action(call: Call, account: Account[State]) -> Reply:
        record = find(call, account, kind)
        require_match(call, account, kind, record)
        changes = changed_values(call, kind, call.data, record.values)
        waits_s = wait_for(call, account, kind, record)
        effects = _change(call, account, kind, record, changes)
        if changes:
            changes["lastModifiedDateTime"] = instant(account.wall_s())
            record = account.state[kind.set].change(record, changes, account.clock())
            if kind.header:
                _line_changed(account, kind, record)
            else:
                told_later(account, kind, record, "updated")
        reply = one_reply(call, account, kind, record)
        reply.effects, reply.begins_in_s = effects, waits_s
        return reply

    return action


def delete(kind: Kind) -> Action:
    """DELETE …/{set}({id})."""

    def action(call: Call, account: Account[State]) -> Reply:
        record = find(call, account, kind)
        require_match(call, account, kind, record)
        waits_s = wait_for(call, account, kind, record)
        state = account.state
        if kind.header:
            document = document_of(call, account, kind, record.values["documentId"])
            state[kind.set].remove(record)
            told_later(account, KINDS[kind.header], add_up(account, KINDS[kind.header], document), "updated")
            return Reply(204, begins_in_s=waits_s)
        _require_deletable(call, account, kind, record)
        effects = _end(account, kind, record)
        for line in state.lines_of(kind.lines, record.id) if kind.lines else ():
            state[kind.lines].remove(line)
        state[kind.set].remove(record)
        told_later(account, kind, record, "deleted")
        return Reply(204, effects=effects, begins_in_s=waits_s)

    return action


def _insert_line(kind: Kind, document_id: Callable[[Call], str]) -> Action:
    header = KINDS[kind.header]

    def action(call: Call, account: Account[State]) -> Reply:
        document = document_of(call, account, kind, document_id(call).lower())
        waits_s = wait_for(call, account, header, document)
        values = line_values(call, account, kind, call.data)
        if kind.set == "workOrderLines":
            check_work_order(call, account, {"id": document.id}, [values])
        (record,) = add_lines(account, header, document, [values])
        if kind.set == "workOrderLines":
            link_reservations(account, document, [record])
        told_later(account, header, add_up(account, header, document), "updated")
        reply = one_reply(call, account, kind, record, status=201)
        reply.begins_in_s = waits_s
        return reply

    return action


def _prepare(
    call: Call, account: Account[State], kind: Kind, values: dict[str, Any], lines: Sequence[dict[str, Any]]
) -> None:
    """What the system itself says of a new entity, and whether it may be. Raises `Refused`."""
    values["id"] = new_guid(account)
    values["lastModifiedDateTime"] = instant(account.wall_s())
    if kind.series and not values["number"]:
        values["number"] = account.state.next_number(kind)
    if "status" in kind.fields:
        values["status"] = FIRST[kind.set]
    if "totalAmountIncludingTax" in kind.fields:
        values["totalAmountIncludingTax"] = total_of(lines)
    for name in ("orderDate", "invoiceDate"):
        if name in kind.fields and not values[name]:
            values[name] = values["lastModifiedDateTime"][:10]
    if kind.set in {"salesOrders", "salesInvoices", "workOrders"}:
        _require_unblocked(call, account, kind, values)
    if kind.set == "inventoryReservations":
        check_reservation(call, account, values)
    if kind.set == "workOrders":
        check_work_order(call, account, values, lines)


def _require_unblocked(call: Call, account: Account[State], kind: Kind, values: Mapping[str, Any]) -> None:
    customer = account.state["customers"].get(values["customerId"])
    blocked = " " if customer is None else customer.values["blocked"]
    stops = {"salesInvoices": ("Invoice", "All")}.get(kind.set, ("Ship", "All"))
    if blocked in stops:
        message = f"Customer {values['customerNumber']} is blocked ({blocked})."
        raise refuse(call, "Application_DialogException", message, target="customerId")


def _begin(account: Account[State], kind: Kind, record: Record, lines: Sequence[Record]) -> list[Effect]:
    """What it means that the entity is there now."""
    if kind.set == "inventoryReservations":
        begin_reservation(account, record)
    if kind.set == "workOrders":
        link_reservations(account, record, lines)
    name = _MADE.get(kind.set)
    return [] if name is None else [effect(name, record, lines=lines)]


def _end(account: Account[State], kind: Kind, record: Record) -> Sequence[Effect]:
    """What it means that a document goes that stood until now."""
    if record.values.get("status") == "Cancelled":
        return ()
    if kind.set == "workOrders":
        return cancelled(account, record)
    return [effect("erp.sales_order_cancellation", record)] if kind.set == "salesOrders" else ()


def _change(
    call: Call, account: Account[State], kind: Kind, record: Record, changes: dict[str, Any]
) -> Sequence[Effect]:
    """Whether the changes may be, and what they mean. Raises `Refused`."""
    status = record.values.get("status")
    if status is not None and changes and is_over(kind.set, status):
        raise closed(call, kind, record)
    if kind.header:
        document_of(call, account, kind, record.values["documentId"])
        if {"quantity", "unitPrice"} & changes.keys():
            changes["amountIncludingTax"] = amount_of({**record.values, **changes})
    after = changes.get("status")
    work_order = changes.get("workOrderId")
    if work_order and account.state["workOrders"].get(work_order) is None:
        raise refuse(call, "Internal_RecordNotFound", "No work order has this key.", target="workOrderId")
    if after is None:
        return ()
    if after not in BY_PATCH.get(kind.set, ()) or not may_go(kind.set, str(status), after):
        message = f"A {kind.type} cannot go from {status} to {after[:40]}."
        raise refuse(call, "Application_DialogException", message, target="status")
    return cancelled(account, record) if after == "Cancelled" else ()


def _line_changed(account: Account[State], kind: Kind, line: Record) -> None:
    header = KINDS[kind.header]
    document = account.state[header.set].get(line.values["documentId"])
    if document is not None:
        told_later(account, header, add_up(account, header, document), "updated")


def _require_deletable(call: Call, account: Account[State], kind: Kind, record: Record) -> None:
    if record.values.get("status") not in DELETABLE:
        raise closed(call, kind, record)
    referring = {"customers": "customerId", "items": "itemId"}.get(kind.set)
    if referring is None:
        return
    for name, table in account.state.tables.items():
        if referring in table.indexes() and table.having(referring, record.id):
            message = f"{record.values['number']} is used by {name}."
            raise refuse(call, "Application_DialogException", message, target=f"{kind.set}({record.id})")
