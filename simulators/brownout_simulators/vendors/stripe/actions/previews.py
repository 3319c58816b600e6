"""What the next invoice would be: of a subscription as it is, as it would be after a change, or of one that is not yet
there. Nothing is kept and nothing told."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import (
    clocks,
    crud,
    invoice_items,
    invoicing,
    payment_methods,
    proration,
    subscribed_items,
)
from brownout_simulators.vendors.stripe.actions.periods import day_of_month, period_end
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, integer


def preview(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/invoices/create_preview."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/invoices/create_preview"])
    existing = work.find("subscription", given["subscription"], "subscription") if given.get("subscription") else None
    customer_id = given.get("customer") or (existing and existing["customer"])
    if customer_id is None:
        raise errors.missing(call, "customer")
    customer = payment_methods.living_customer(work, str(customer_id))
    clocks.go_by(work, customer)
    details = given.get("subscription_details") or {}
    lines = _of_new(work, details) if existing is None else _of_existing(work, existing, details)
    currency = lines[0]["currency"] if lines else customer["currency"] or "usd"
    for id in work.state.waiting.get(customer["id"], ()):  # noqa: A001
        item = work.state.of["invoiceitem"].get(id)
        if item is not None and item["currency"] == currency:
            lines.append(invoice_items.line_of(work, item))
    fields: dict[str, Any] = {"billing_reason": "upcoming", "currency": currency}
    if existing is not None:
        fields["default_tax_rates"] = existing["default_tax_rates"]
        if existing["discounts"]:
            fields["discounts"] = existing["discounts"]
    invoice = invoicing.new_invoice(work, customer, lines, **fields)
    due = max(0, invoice["total"] + customer["balance"]) if invoice["total"] >= 0 else 0
    invoice.update(
        id="upcoming_" + invoice["id"],
        amount_due=due,
        amount_remaining=due,
        starting_balance=customer["balance"],
        ending_balance=customer["balance"] + invoice["total"] - due,
    )
    work.state.line_rates.pop(invoice["id"].removeprefix("upcoming_"), None)
    return work.reply(invoice)


def _of_new(work: Work, details: Mapping[str, Any]) -> list[Object]:
    """The first invoice of a subscription that is not there yet."""
    lines = []
    for place, wish in enumerate(details.get("items") or ()):
        param = f"subscription_details[items][{place}]"
        price = invoicing.price_of(work, wish, param)
        quantity = integer(work.call, f"{param}[quantity]", wish.get("quantity", "1"))
        every = price["recurring"] or {"interval": "month", "interval_count": 1}
        end = period_end(work.now, every["interval"], every["interval_count"])
        lines.append(invoicing.line(work, price, 1 if quantity is None else quantity, (work.now, end), None))
    return lines


def _of_existing(work: Work, subscription: Object, details: Mapping[str, Any]) -> list[Object]:
    """The next invoice of a subscription, after the change that `details` describe, if they do."""
    items, lines = subscription["items"]["data"], []
    after = subscription
    if details.get("items"):
        at = details.get("proration_date")
        given = {
            "proration_behavior": details.get("proration_behavior"),
            "proration_date": at and integer(work.call, "subscription_details[proration_date]", at),
        }
        instant = proration.instant_of(work, given, items)
        after = subscribed_items.changed_items(work, subscription, details["items"], at=instant)
        is_prorated = (
            proration.behaviour_of(work, given) != "none" and subscription["status"] in subscribed_items.RUNNING
        )
        if is_prorated:
            found = proration.shares(work, subscription, items, after["items"]["data"], instant)
            lines = proration.to_lines(work, found)
    anew = after["billing_cycle_anchor"] != subscription["billing_cycle_anchor"]
    anchor = day_of_month(after["billing_cycle_anchor"])
    for item in after["items"]["data"]:
        start, end, every = item["current_period_start"], item["current_period_end"], item["price"]["recurring"]
        if not anew:
            start, end = end, period_end(end, every["interval"], every["interval_count"], anchor)
        lines.append(invoicing.line(work, item["price"], item["quantity"], (start, end), None))
    return lines


ROUTES: Final = (crud.route("POST", "/v1/invoices/create_preview", preview),)
