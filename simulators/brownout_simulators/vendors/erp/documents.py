"""Bound actions: what moves a document from one state to the next. Posting is slow and holds the document.

An action is not idempotent: a document that is posted already is refused, and its status is the answer to whether an
earlier call got through. What a slow action changes is there from its beginning on, as for a reader of uncommitted data
(which Business Central's are); its answer comes when it is done.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.erp.concurrency import hold, require_match, wait_for
from brownout_simulators.vendors.erp.effects import effect
from brownout_simulators.vendors.erp.errors import problem, refuse
from brownout_simulators.vendors.erp.instants import instant, new_guid, number_of
from brownout_simulators.vendors.erp.lines import add_lines, closed
from brownout_simulators.vendors.erp.maintenance import slowness
from brownout_simulators.vendors.erp.reading import Action, find
from brownout_simulators.vendors.erp.records import Record
from brownout_simulators.vendors.erp.rendering import etag_of
from brownout_simulators.vendors.erp.resources import State
from brownout_simulators.vendors.erp.schema import (
    INVOICES,
    ITEMS,
    LEDGER,
    ORDERS,
    PURCHASES,
    RESERVATIONS,
    WORK_ORDERS,
    Kind,
)
from brownout_simulators.vendors.erp.setup import setup_of
from brownout_simulators.vendors.erp.states import may_go
from brownout_simulators.vendors.erp.stock import (
    consume,
    end_reservation,
    require_stock,
    reservations_of,
    take,
)
from brownout_simulators.vendors.erp.telling import told_later
from brownout_simulators.vendors.erp.work_orders import cancelled

OPERATION_LIMIT_S: Final = 480.0
"""How long a request may take, in an ERP's seconds (Microsoft Learn, "API limits"): then 408."""
SPREAD: Final = math.log(9.0 / 1.2) / 2.3263
"""Of the log-normal duration of posting: a median of 1.2 s and 9 s for the slowest hundredth."""
COMMITS_AT: Final = 0.9
"""The part of its duration after which posting is committed."""

Work = Callable[[Call, Account[State], Record], Sequence[Effect]]
"""Looks whether it can be, changes what else is to change, and says what that meant. Raises `Refused`."""


class Step(NamedTuple):
    """One bound action."""

    kind: Kind
    name: str
    to: str
    work: Work
    is_slow: bool = False


def act(step: Step) -> Action:
    """POST …/{set}({id})/{action}."""

    def action(call: Call, account: Account[State]) -> Reply:
        record = find(call, account, step.kind)
        require_match(call, account, step.kind, record)
        waits_s = wait_for(call, account, step.kind, record)
        if not may_go(step.kind.set, record.values["status"], step.to):
            raise closed(call, step.kind, record)
        for_s = _duration_s(account) if step.is_slow else 0.0
        limit_s = setup_of(account).scaled(OPERATION_LIMIT_S)
        if for_s:
            hold(account, record, f"job {1_000 + record.serial}", waits_s + min(for_s, limit_s))
        if for_s * COMMITS_AT > limit_s:
            return _given_up(call, waits_s + limit_s)
        effects = step.work(call, account, record)
        record = move(account, step.kind, record, step.to)
        reply = Reply(204, b"", {"etag": etag_of(record, account), "odata-version": "4.0"})
        if for_s > limit_s:
            reply = _given_up(call, limit_s)
        reply.effects, reply.begins_in_s = effects, waits_s + min(for_s, limit_s)
        return reply

    return action


def move(account: Account[State], kind: Kind, record: Record, status: str) -> Record:
    """A document in its next state."""
    if record.values["status"] == status:
        return record
    changes = {"status": status, "lastModifiedDateTime": instant(account.wall_s())}
    newest = account.state[kind.set].get(record.id) or record
    moved = account.state[kind.set].change(newest, changes, account.clock())
    told_later(account, kind, moved, "updated")
    return moved


def _given_up(call: Call, after_s: float) -> Reply:
    reply = problem(call, "Internal_RequestTimeout", f"Operation exceeded {after_s:g} s.")
    reply.begins_in_s = after_s
    return reply


def _duration_s(account: Account[State]) -> float:
    median_s = setup_of(account).posting_s
    return median_s * math.exp(SPREAD * account.random.gauss(0.0, 1.0)) * slowness(account)


def _nothing_else(_call: Call, _account: Account[State], _record: Record) -> Sequence[Effect]:
    return ()


def _require_lines(call: Call, account: Account[State], kind: Kind, record: Record) -> list[Record]:
    lines = account.state.lines_of(kind.lines, record.id)
    if not lines:
        message = f"There is nothing to release: {record.values['number']} has no lines."
        raise refuse(call, "Application_DialogException", message, target=f"{kind.set}({record.id})")
    return lines


def _release_order(call: Call, account: Account[State], record: Record) -> Sequence[Effect]:
    _require_lines(call, account, ORDERS, record)
    return ()


def _cancel_order(_call: Call, _account: Account[State], record: Record) -> Sequence[Effect]:
    return [effect("erp.sales_order_cancellation", record)]


def _ship_and_invoice(call: Call, account: Account[State], record: Record) -> Sequence[Effect]:
    """The goods leave, and a posted invoice is there."""
    lines = _require_lines(call, account, ORDERS, record)
    needed: dict[str, Decimal] = {}
    for line in lines:
        if line.values["itemId"]:
            quantity = Decimal(str(line.values["quantity"]))
            needed[line.values["itemId"]] = needed.get(line.values["itemId"], Decimal(0)) + quantity
    for item_id, quantity in needed.items():
        item = account.state[ITEMS.set].get(item_id)
        if item is None:
            raise refuse(call, "Internal_RecordNotFound", "No item has this key.", target="itemId")
        require_stock(call, account, item, quantity)
    for item_id, quantity in needed.items():
        take(call, account, item_id, quantity)
    invoice = _invoice_of(account, record, lines)
    return _posted(account, invoice)


def _invoice_of(account: Account[State], order: Record, lines: Sequence[Record]) -> Record:
    """An open invoice of what was shipped."""
    id, now = new_guid(account), instant(account.wall_s())  # noqa: A001
    same = ("externalDocumentNumber", "customerId", "customerNumber", "currencyCode", "totalAmountIncludingTax")
    values = {
        **dict.fromkeys(INVOICES.fields),
        **{name: order.values[name] for name in same},
        "id": id,
        "number": account.state.next_number(INVOICES),
        "orderId": order.id,
        "invoiceDate": now[:10],
        "status": "Open",
        "lastModifiedDateTime": now,
    }
    invoice = account.state[INVOICES.set].add(id, values, account.clock())
    add_lines(account, INVOICES, invoice, [dict(line.values) for line in lines])
    told_later(account, INVOICES, invoice, "created")
    return invoice


def _post_invoice(call: Call, account: Account[State], record: Record) -> Sequence[Effect]:
    _require_lines(call, account, INVOICES, record)
    return _posted(account, record)


def _posted(account: Account[State], invoice: Record) -> Sequence[Effect]:
    """One entry in the ledger for one invoice."""
    amount = Decimal(str(invoice.values["totalAmountIncludingTax"]))
    return [effect("erp.invoice", invoice), _enter(account, invoice, "Invoice", amount)]


def _cancel_invoice(_call: Call, account: Account[State], record: Record) -> Sequence[Effect]:
    amount = Decimal(str(record.values["totalAmountIncludingTax"]))
    return [_enter(account, record, "Credit Memo", -amount)]


def _pay_invoice(_call: Call, account: Account[State], record: Record) -> Sequence[Effect]:
    amount = Decimal(str(record.values["totalAmountIncludingTax"]))
    return [_enter(account, record, "Payment", -amount)]


def _enter(account: Account[State], document: Record, what: str, amount: Decimal) -> Effect:
    """An entry in the customers' ledger, and the customer's balance with it."""
    id, now = new_guid(account), instant(account.wall_s())  # noqa: A001
    values: Mapping[str, Any] = {
        "id": id,
        "number": account.state.next_number(LEDGER),
        "customerId": document.values["customerId"],
        "documentType": what,
        "documentId": document.id,
        "documentNumber": document.values["number"],
        "amount": number_of(amount),
        "postingDate": now[:10],
        "lastModifiedDateTime": now,
    }
    entry = account.state[LEDGER.set].add(id, values, account.clock())
    customers = account.state["customers"]
    customer = customers.get(document.values["customerId"])
    if customer is not None:
        balance = number_of(Decimal(str(customer.values["balance"])) + amount)
        customers.change(customer, {"balance": balance, "lastModifiedDateTime": now}, account.clock())
    named = {**entry.values, "customerNumber": document.values["customerNumber"]}
    named["externalDocumentNumber"] = document.values["externalDocumentNumber"]
    return effect("erp.ledger_entry", Record(entry.id, entry.serial, 1, entry.at_s, named))


def _post_purchase(_call: Call, _account: Account[State], record: Record) -> Sequence[Effect]:
    return [effect("erp.purchase_invoice", record)]


def _finish(call: Call, account: Account[State], record: Record) -> Sequence[Effect]:
    consume(call, account, reservations_of(account, record.id))
    return ()


def _cancel_work_order(_call: Call, account: Account[State], record: Record) -> Sequence[Effect]:
    return cancelled(account, record)


def _release_reservation(_call: Call, account: Account[State], record: Record) -> Sequence[Effect]:
    return [effect("erp.reservation_release", end_reservation(account, record, "Released"))]


STEPS: Final = (
    Step(ORDERS, "Microsoft.NAV.release", "Released", _release_order),
    Step(ORDERS, "Microsoft.NAV.reopen", "Open", _nothing_else),
    Step(ORDERS, "Microsoft.NAV.cancel", "Cancelled", _cancel_order),
    Step(ORDERS, "Microsoft.NAV.shipAndInvoice", "Invoiced", _ship_and_invoice, is_slow=True),
    Step(INVOICES, "Microsoft.NAV.post", "Open", _post_invoice, is_slow=True),
    Step(INVOICES, "Microsoft.NAV.cancel", "Canceled", _cancel_invoice),
    Step(INVOICES, "Microsoft.NAV.registerPayment", "Paid", _pay_invoice),
    Step(PURCHASES, "Microsoft.NAV.post", "Open", _post_purchase, is_slow=True),
    Step(WORK_ORDERS, "Fsm.cancel", "Cancelled", _cancel_work_order),
    Step(WORK_ORDERS, "Fsm.finish", "Finished", _finish),
    Step(WORK_ORDERS, "Fsm.post", "Posted", _nothing_else, is_slow=True),
    Step(RESERVATIONS, "Fsm.release", "Released", _release_reservation),
)
"""Every bound action."""
