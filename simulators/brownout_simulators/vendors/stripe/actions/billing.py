"""What a subscription costs, and when: the invoice of each period, and what time brings.

    incomplete ─paid─▶ active ─renewal fails─▶ past_due ─given up─▶ canceled
        └─23 h─▶ incomplete_expired     trialing ─ends─▶ active | past_due | paused | canceled
What is to come waits in the subscription's own time: its customer's test clock, where it has one (`clocks.py`).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from brownout_simulators.vendors.stripe.actions import clocks, invoice_items, invoicing
from brownout_simulators.vendors.stripe.actions.periods import day_of_month, period_end
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.state import Object
from brownout_simulators.vendors.stripe.totals import rounded
from brownout_simulators.vendors.stripe.work import Work

INCOMPLETE_S: Final = 23 * 3_600
DAY_S: Final = 86_400
TOLD_BEFORE_S: Final = 3 * DAY_S
"""How long before its end a trial is told to end."""


RETRY_AFTER_S: Final = (3 * DAY_S, 5 * DAY_S, 7 * DAY_S)
"""When an unpaid renewal is tried again; after the last one the subscription is canceled."""


Share = tuple[int, int]
WHOLE: Final = (1, 1)

HELD_BACK: Final[Mapping[str, tuple[str, str]]] = {
    "mark_uncollectible": ("mark_uncollectible", "invoice.marked_uncollectible"),
    "void": ("void", "invoice.voided"),
}
"""What becomes of an invoice while its subscription's collection is paused; otherwise it stays a draft."""


ENDED: Final = frozenset({"canceled", "incomplete_expired"})


TRANSITIONS: Final[Mapping[tuple[str, str], str]] = {
    ("incomplete", "paid"): "active",
    ("incomplete", "expired"): "incomplete_expired",
    ("trialing", "paid"): "active",
    ("trialing", "sent"): "active",
    ("trialing", "unpaid"): "past_due",
    ("active", "paid"): "active",
    ("active", "unpaid"): "past_due",
    ("past_due", "paid"): "active",
    ("past_due", "unpaid"): "past_due",
    ("paused", "resumed"): "active",
    **{(status, "paused"): "paused" for status in ("active", "trialing", "past_due")},
    **{(status, "canceled"): "canceled" for status in ("incomplete", "trialing", "active", "past_due", "paused")},
}
"""(status, what happened) to the next status; what is not here leaves the subscription as it is."""


def move(work: Work, subscription: Object, happened: str, **changes: Any) -> None:
    """Take the subscription on, and tell it, if anything changed."""
    status = TRANSITIONS.get((subscription["status"], happened))
    if status is None:
        return
    previous = work.change(subscription, {"status": status, **changes})
    if previous:
        type = "deleted" if status == "canceled" else "updated"  # noqa: A001
        work.emit(f"customer.subscription.{type}", subscription, None if type == "deleted" else previous)


def bill(
    work: Work, subscription: Object, customer: Object, reason: str, *, free: bool = False, share: Share = WHOLE
) -> Object:
    """The invoice of the items' current periods, and of what waited for it: made, finalised, told; paid when something
    pays it. With `reason` `subscription_update` it is of what waited alone; `share` is the part of a whole period that
    the items' present one is."""
    details = {"metadata": subscription["metadata"], "subscription": subscription["id"]}
    lines = [] if reason == "subscription_update" else _lines(work, subscription, free=free, share=share)
    parent = {"quote_details": None, "subscription_details": details, "type": "subscription_details"}
    fields: dict[str, Any] = {
        "billing_reason": reason,
        "collection_method": subscription["collection_method"],
        "currency": subscription["currency"],
        "default_tax_rates": subscription["default_tax_rates"],
        "parent": parent,
    }
    if subscription["discounts"]:
        fields["discounts"] = subscription["discounts"]
    invoice = invoicing.new_invoice(work, customer, [], **fields)
    id = subscription["id"]  # noqa: A001
    waited = invoice_items.take_waiting(work, customer["id"], subscription["currency"], id, invoice["id"])
    invoicing.set_lines(work, invoice, [*lines, *waited])
    if subscription["days_until_due"] is not None:
        work.state.days_due[invoice["id"]] = subscription["days_until_due"]
    work.keep(invoice)
    work.emit("invoice.created", invoice)
    work.change(subscription, {"latest_invoice": invoice["id"]})
    if invoice["total"] > 0 or not free:
        work.state.then[invoice["id"]] = lambda later: _invoice_paid(later, id)
    paused = subscription["pause_collection"]
    if paused and reason == "subscription_cycle":
        _hold_back(work, invoice, paused["behavior"])
        return invoice
    invoicing.finalize(work, invoice)
    if invoice["status"] == "open" and invoice["collection_method"] == "send_invoice":
        _send(work, subscription, invoice)
    return invoice


def _hold_back(work: Work, invoice: Object, behaviour: str) -> None:
    """Collection is paused: the invoice stays a draft, or nobody is to pay it."""
    ending = HELD_BACK.get(behaviour)
    if ending is not None:
        invoicing.move(work, invoice, "finalize")
        work.emit("invoice.finalized", invoice)
        invoicing.move(work, invoice, ending[0])
        work.emit(ending[1], invoice)


def _lines(work: Work, subscription: Object, *, free: bool, share: Share) -> list[Object]:
    lines = []
    for item in subscription["items"]["data"]:
        parent = {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        }
        period = (item["current_period_start"], item["current_period_end"])
        price = {**item["price"], "unit_amount": 0} if free else item["price"]
        line = invoicing.line(work, price, item["quantity"], period, parent)
        if share != WHOLE:
            amount = rounded(Decimal(line["amount"]) * share[0] / share[1])
            line = {**line, "amount": amount, "subtotal": amount}
        lines.append({**line, "subscription": subscription["id"], "tax_rates": item["tax_rates"]})
    return lines


def plan_end(work: Work, subscription: Object) -> None:
    """The instant at which it is to be canceled, where that is not the end of a period."""
    at, id = subscription["cancel_at"], subscription["id"]  # noqa: A001
    if at is not None and not subscription["cancel_at_period_end"]:
        clocks.later(work.account, subscription, max(at, work.now), lambda later: _end(later, id, at))


def _end(work: Work, id: str, at: int) -> None:  # noqa: A002
    subscription = work.state.of["subscription"].get(id)
    if subscription is not None and subscription["cancel_at"] == at and not subscription["cancel_at_period_end"]:
        move(work, subscription, "canceled", canceled_at=subscription["canceled_at"] or work.now, ended_at=work.now)


def _send(work: Work, subscription: Object, invoice: Object) -> None:
    """The customer pays when it likes, until the day on which the invoice is due."""
    work.emit("invoice.sent", invoice)
    id, invoice_id = subscription["id"], invoice["id"]  # noqa: A001
    clocks.later(work.account, subscription, invoice["due_date"], lambda later: _overdue(later, id, invoice_id))


def _overdue(work: Work, id: str, invoice_id: str) -> None:  # noqa: A002
    subscription, invoice = work.state.of["subscription"].get(id), work.state.of["invoice"].get(invoice_id)
    if subscription is None or invoice is None or invoice["status"] != "open":
        return
    work.emit("invoice.overdue", invoice)
    move(work, subscription, "unpaid")


def _invoice_paid(work: Work, id: str) -> None:  # noqa: A002
    subscription = work.state.of["subscription"].get(id)
    if subscription is not None:
        move(work, subscription, "paid")


def plan_ahead(work: Work, subscription: Object) -> None:
    """What time will bring: the end of waiting for a first payment, of a trial, and the next renewal."""
    account, id = work.account, subscription["id"]  # noqa: A001
    if subscription["status"] == "incomplete":
        clocks.later(account, subscription, work.now + INCOMPLETE_S, lambda later: _expire(later, id))
    plan_trial(work, subscription)
    plan_renewal(work, subscription)


def plan_trial(work: Work, subscription: Object) -> None:
    """Three days before a trial ends it is told; at once, where it is shorter."""
    end, id = subscription["trial_end"], subscription["id"]  # noqa: A001
    if subscription["status"] == "trialing":
        due = max(work.now, end - TOLD_BEFORE_S)
        clocks.later(work.account, subscription, due, lambda later: _trial_will_end(later, id, end))


def _trial_will_end(work: Work, id: str, end: int) -> None:  # noqa: A002
    subscription = work.state.of["subscription"].get(id)
    if subscription is not None and (subscription["status"], subscription["trial_end"]) == ("trialing", end):
        work.emit("customer.subscription.trial_will_end", subscription)


def plan_renewal(work: Work, subscription: Object) -> None:
    """The end of the present period."""
    id = subscription["id"]  # noqa: A001
    due = min(item["current_period_end"] for item in subscription["items"]["data"])
    clocks.later(work.account, subscription, due, lambda later: _renew(later, id, due))


def _expire(work: Work, id: str) -> None:  # noqa: A002
    subscription = work.state.of["subscription"].get(id)
    if subscription is not None and subscription["status"] == "incomplete":
        move(work, subscription, "expired", ended_at=work.now)


def _renew(work: Work, id: str, due: int, *, has_waited: bool = False) -> None:  # noqa: A002
    """The end of a period: the last one where cancellation was asked for, else the next is billed."""
    subscription = work.state.of["subscription"].get(id)
    if subscription is None or subscription["status"] in ENDED | {"incomplete", "paused"}:
        return
    if due != min(item["current_period_end"] for item in subscription["items"]["data"]):
        return  # the period was moved meanwhile
    if not has_waited and _changes_phase(work, subscription, due):
        # What the schedule makes of it at this instant comes first.
        clocks.later(work.account, subscription, due, lambda later: _renew(later, id, due, has_waited=True))
        return
    if subscription["cancel_at_period_end"] or (subscription["cancel_at"] or due + 1) <= due:
        move(work, subscription, "canceled", canceled_at=subscription["canceled_at"] or work.now, ended_at=work.now)
        return
    customer = work.state.of["customer"].get(subscription["customer"])
    if customer is None or customer.get("deleted") or _ends_for_want_of_a_method(work, subscription, customer):
        return
    _next_period(work, subscription)
    invoice = bill(work, subscription, customer, "subscription_cycle")
    if invoice["status"] == "open":
        if subscription["collection_method"] == "send_invoice":
            move(work, subscription, "sent")
        else:
            collect_renewal(work, subscription, invoice, 0)
    plan_renewal(work, subscription)


def _changes_phase(work: Work, subscription: Object, at: int) -> bool:
    schedule = work.state.of["subscription_schedule"].get(subscription["schedule"] or "")
    return schedule is not None and bool(schedule["current_phase"]) and schedule["current_phase"]["end_date"] == at


def _ends_for_want_of_a_method(work: Work, subscription: Object, customer: Object) -> bool:
    """A trial is over and nothing is there to pay with: what `trial_settings` say of that is done, if they do."""
    if subscription["status"] != "trialing" or subscription["collection_method"] == "send_invoice":
        return False
    if invoicing.default_method(customer, subscription["default_payment_method"]) is not None:
        return False
    behaviour = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    if behaviour == "pause":
        move(work, subscription, "paused")
        work.emit("customer.subscription.paused", subscription)
    elif behaviour == "cancel":
        move(work, subscription, "canceled", canceled_at=work.now, ended_at=work.now)
    return behaviour in {"cancel", "pause"}


def _next_period(work: Work, subscription: Object) -> None:
    anchor = day_of_month(subscription["billing_cycle_anchor"])
    items = []
    for item in subscription["items"]["data"]:
        start, every = item["current_period_end"], item["price"]["recurring"]
        end = period_end(start, every["interval"], every["interval_count"], anchor)
        items.append({**item, "current_period_start": start, "current_period_end": end})
    work.change(subscription, {"items": list_of(subscription["items"]["url"], items)})


def collect_renewal(work: Work, subscription: Object, invoice: Object, tried: int) -> None:
    """Try to be paid; else once more after some days, and in the end no more."""
    customer = work.state.of["customer"].get(subscription["customer"])
    if customer is None or customer.get("deleted"):
        return
    method = invoicing.default_method(customer, subscription["default_payment_method"])
    if method is not None and method not in work.state.cards:
        method = None
    refusal = invoicing.collect(work, invoice, method) if method is not None else None
    if method is not None and refusal is None:
        return
    if tried >= len(RETRY_AFTER_S):
        move(work, subscription, "canceled", canceled_at=work.now, ended_at=work.now)
        return
    id, invoice_id, due = subscription["id"], invoice["id"], work.now + RETRY_AFTER_S[tried]  # noqa: A001
    work.change(invoice, {"next_payment_attempt": due})
    move(work, subscription, "unpaid")
    clocks.later(work.account, subscription, due, lambda later: _retry(later, id, invoice_id, tried + 1))


def _retry(work: Work, id: str, invoice_id: str, tried: int) -> None:  # noqa: A002
    subscription = work.state.of["subscription"].get(id)
    invoice = work.state.of["invoice"].get(invoice_id)
    if subscription is None or invoice is None or subscription["status"] in ENDED or invoice["status"] != "open":
        return
    collect_renewal(work, subscription, invoice, tried)
