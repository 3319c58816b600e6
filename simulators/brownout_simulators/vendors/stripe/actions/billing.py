"""What a subscription costs, and when: its items, their periods, the invoice of each, and what time brings.

    incomplete ─paid─▶ active ─renewal fails─▶ past_due ─given up─▶ canceled
        └─23 h─▶ incomplete_expired     trialing ─ends─▶ active | past_due
Proration is not emulated: a change of items is billed from the next period on.
"""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.account import Aftermath
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import catalogue, invoicing
from brownout_simulators.vendors.stripe.actions.periods import day_of_month, period_end
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.templates import SUBSCRIPTION_ITEM
from brownout_simulators.vendors.stripe.work import Work, integer, merged

INCOMPLETE_S: Final = 23 * 3_600.0


RETRY_AFTER_S: Final = (3 * 86_400.0, 5 * 86_400.0, 7 * 86_400.0)
"""When an unpaid renewal is tried again; after the last one the subscription is canceled."""


ENDED: Final = frozenset({"canceled", "incomplete_expired"})


TRANSITIONS: Final[Mapping[tuple[str, str], str]] = {
    ("incomplete", "paid"): "active",
    ("incomplete", "expired"): "incomplete_expired",
    ("trialing", "paid"): "active",
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


def set_items(work: Work, subscription: Object, wishes: list[Any], until: int | None) -> None:
    """Items from what was asked: new ones, changed ones (by `id`), removed ones (`deleted`)."""
    items = {} if subscription["items"] is None else {item["id"]: item for item in subscription["items"]["data"]}
    for place, wish in enumerate(wishes):
        param = f"items[{place}]"
        if not isinstance(wish, dict):
            raise errors.invalid(work.call, param, "Invalid hash")
        kept = items.get(wish.get("id", ""))
        if wish.get("id") and kept is None:
            raise errors.no_such(work.call, "subscription_item", wish["id"], f"{param}[id]", in_path=False)
        if kept is not None and wish.get("deleted") == "true":
            del items[kept["id"]]
            continue
        item = _item(work, subscription, wish, kept, param=param, until=until)
        items[item["id"]] = item
    currencies = {item["price"]["currency"] for item in items.values()}
    if len(currencies) != 1:
        raise errors.invalid(work.call, "items", "All prices on a subscription must use the same currency.")
    subscription["currency"] = currencies.pop()
    subscription["items"] = list_of(f"/v1/subscription_items?subscription={subscription['id']}", list(items.values()))


def _item(
    work: Work, subscription: Object, wish: Mapping[str, Any], kept: Object | None, *, param: str, until: int | None
) -> Object:
    item = dict(SUBSCRIPTION_ITEM if kept is None else kept)
    if kept is None:
        item.update(id=work.id("si_"), created=work.now, subscription=subscription["id"])
    if kept is None or wish.get("price") or wish.get("price_data"):
        price = invoicing.price_of(work, wish, param)
        if price["recurring"] is None:
            message = f"The price {price['id']} has `type=one_time`, but this field only accepts recurring prices."
            raise errors.invalid(work.call, f"{param}[price]", message)
        every = price["recurring"]
        start = work.now if kept is None else kept["current_period_start"]
        end = period_end(start, every["interval"], every["interval_count"]) if until is None else until
        item.update(
            price=price.copy(), plan=catalogue.plan_of(price), current_period_start=start, current_period_end=end
        )
    if wish.get("quantity"):
        item["quantity"] = integer(work.call, f"{param}[quantity]", wish["quantity"])
    if wish.get("metadata"):
        item["metadata"] = merged(item["metadata"], wish["metadata"])
    return item


def bill(work: Work, subscription: Object, customer: Object, reason: str, *, free: bool = False) -> Object:
    """The invoice of the items' current periods: made, finalised, told; paid when something pays it."""
    details = {"metadata": subscription["metadata"], "subscription": subscription["id"]}
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
        lines.append(
            {**invoicing.line(work, price, item["quantity"], period, parent), "subscription": subscription["id"]}
        )
    parent = {"quote_details": None, "subscription_details": details, "type": "subscription_details"}
    invoice = invoicing.new_invoice(
        work, customer, lines, billing_reason=reason, currency=subscription["currency"], parent=parent
    )
    work.keep(invoice)
    work.emit("invoice.created", invoice)
    work.change(subscription, {"latest_invoice": invoice["id"]})
    if not free:
        id = subscription["id"]  # noqa: A001
        work.state.then[invoice["id"]] = lambda later: _invoice_paid(later, id)
    invoicing.finalize(work, invoice)
    return invoice


def _invoice_paid(work: Work, id: str) -> None:  # noqa: A002
    subscription = work.state.of["subscription"].get(id)
    if subscription is not None:
        move(work, subscription, "paid")


def plan_ahead(work: Work, subscription: Object) -> None:
    """What time will bring: the end of waiting for a first payment, and the next renewal."""
    account, id = work.account, subscription["id"]  # noqa: A001
    if subscription["status"] == "incomplete":
        account.later(INCOMPLETE_S, lambda: _expire(account, id))
    plan_renewal(account, subscription)


def plan_renewal(account: StripeAccount, subscription: Object) -> None:
    id = subscription["id"]  # noqa: A001
    due = min(item["current_period_end"] for item in subscription["items"]["data"])
    account.later(max(0.0, due - account.wall_s()), lambda: _renew(account, id, due))


def _expire(account: StripeAccount, id: str) -> Aftermath | None:  # noqa: A002
    subscription = account.state.of["subscription"].get(id)
    if subscription is None or subscription["status"] != "incomplete":
        return None
    work = Work(None, account)
    move(work, subscription, "expired", ended_at=work.now)
    return work.aftermath()


def _renew(account: StripeAccount, id: str, due: int) -> Aftermath | None:  # noqa: A002
    """The end of a period: the last one where cancellation was asked for, else the next is billed."""
    subscription = account.state.of["subscription"].get(id)
    if subscription is None or subscription["status"] in ENDED | {"incomplete", "paused"}:
        return None
    if due != min(item["current_period_end"] for item in subscription["items"]["data"]):
        return None  # the period was moved meanwhile
    work = Work(None, account)
    if subscription["cancel_at_period_end"] or (subscription["cancel_at"] or due + 1) <= due:
        move(work, subscription, "canceled", canceled_at=subscription["canceled_at"] or work.now, ended_at=work.now)
        return work.aftermath()
    _next_period(work, subscription)
    customer = account.state.of["customer"].get(subscription["customer"])
    if customer is None or customer.get("deleted"):
        return None
    invoice = bill(work, subscription, customer, "subscription_cycle")
    if invoice["status"] == "open":
        _collect_renewal(work, subscription, invoice, 0)
    plan_renewal(account, subscription)
    return work.aftermath()


def _next_period(work: Work, subscription: Object) -> None:
    anchor = day_of_month(subscription["billing_cycle_anchor"])
    items = []
    for item in subscription["items"]["data"]:
        start, every = item["current_period_end"], item["price"]["recurring"]
        end = period_end(start, every["interval"], every["interval_count"], anchor)
        items.append({**item, "current_period_start": start, "current_period_end": end})
    work.change(subscription, {"items": list_of(subscription["items"]["url"], items)})


def _collect_renewal(work: Work, subscription: Object, invoice: Object, tried: int) -> None:
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
    account, id, invoice_id, wait_s = work.account, subscription["id"], invoice["id"], RETRY_AFTER_S[tried]  # noqa: A001
    work.change(invoice, {"next_payment_attempt": work.now + int(wait_s)})
    move(work, subscription, "unpaid")
    account.later(wait_s, lambda: _retry(account, id, invoice_id, tried + 1))


def _retry(account: StripeAccount, id: str, invoice_id: str, tried: int) -> Aftermath | None:  # noqa: A002
    subscription = account.state.of["subscription"].get(id)
    invoice = account.state.of["invoice"].get(invoice_id)
    if subscription is None or invoice is None or subscription["status"] in ENDED or invoice["status"] != "open":
        return None
    work = Work(None, account)
    _collect_renewal(work, subscription, invoice, tried)
    return work.aftermath()
