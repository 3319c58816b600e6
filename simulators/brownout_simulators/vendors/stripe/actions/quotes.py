"""Quotes: a draft is finalized, and then accepted, which makes what it offers: a subscription, or an invoice.

draft ─finalize─▶ open ─accept─▶ accepted          draft | open ─cancel─▶ canceled
"""

from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import (
    checkout,
    clocks,
    crud,
    discounts,
    invoice_items,
    invoicing,
    payment_methods,
    subscriptions,
)
from brownout_simulators.vendors.stripe.actions.crud import Given
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.parameters.kinds import parameters
from brownout_simulators.vendors.stripe.resource import Verb, words
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.totals import priced
from brownout_simulators.vendors.stripe.work import Work, integer

RESOURCE: Final = RESOURCES["quote"]
OPEN_S: Final = 30 * 86_400
FINALIZE: Final = Verb("finalize", words("draft"), "open", "finalized")
ACCEPT: Final = Verb("accept", words("open"), "accepted", "accepted")
CANCEL: Final = Verb("cancel", words("draft open"), "canceled", "canceled")


def _prepare(work: Work, given: Given, quote: Object) -> None:
    quote["expires_at"] = given.get("expires_at") or work.now + OPEN_S
    _fill(work, given, quote)


def _fill(work: Work, given: Given, quote: Object) -> None:
    if quote["status"] != "draft":
        crud.require(work, RESOURCE, quote, Verb("update", words("draft"), ""))
    if given.get("customer"):
        quote["test_clock"] = payment_methods.living_customer(work, given["customer"])["test_clock"]
    if "discounts" in given:
        quote["discounts"] = discounts.from_wishes(work, given["discounts"], customer=quote["customer"])
    if "default_tax_rates" in given:
        quote["default_tax_rates"] = discounts.rates_of(work, given["default_tax_rates"], "default_tax_rates")
    if given.get("subscription_data"):
        quote["subscription_data"] = crud.shaped(quote["subscription_data"], given["subscription_data"])
    if given.get("line_items"):
        work.state.line_items[quote["id"]] = [
            _item(work, wish, f"line_items[{place}]") for place, wish in enumerate(given["line_items"])
        ]
    _price(work, quote, work.state.line_items.get(quote["id"], []))


def _item(work: Work, wish: Any, param: str) -> Object:
    price = invoicing.price_of(work, wish, param)
    quantity = integer(work.call, f"{param}[quantity]", wish.get("quantity", "1"))
    return checkout.line_item(work, price, 1 if quantity is None else quantity)


def _price(work: Work, quote: Object, items: list[Object]) -> None:
    """The totals, of what recurs and of what is due at once."""
    lines = [{"id": item["id"], "amount": item["amount_total"], "discountable": True} for item in items]
    applying, rates = discounts.applying(work, quote["discounts"]), quote["default_tax_rates"]
    _lines, totals = priced(lines, applying, rates)
    recurring = next((item["price"]["recurring"] for item in items if item["price"]["recurring"]), None)
    details = {
        "amount_discount": sum(each["amount"] for each in totals["total_discount_amounts"]),
        "amount_shipping": 0,
        "amount_tax": sum(each["amount"] for each in totals["total_taxes"]),
    }
    sums = {"amount_subtotal": totals["subtotal"], "amount_total": totals["total"], "total_details": details}
    every = recurring and {name: recurring[name] for name in ("interval", "interval_count")}
    quote.update(
        amount_subtotal=totals["subtotal"],
        amount_total=totals["total"],
        computed={"recurring": every and {**sums, **every}, "upfront": sums},
        currency=items[0]["currency"] if items else None,
        total_details=details,
    )


def _stamp(work: Work, quote: Object, name: str) -> None:
    quote["status_transitions"] = {**quote["status_transitions"], name: work.now}


def _finalized(work: Work, given: Given, quote: Object) -> None:
    if given.get("expires_at"):
        quote["expires_at"] = given["expires_at"]
    if not work.state.line_items.get(quote["id"]):
        quote["status"] = "draft"
        message = "You can't finalize a quote without any line items."
        raise errors.invalid(work.call, "line_items", message)
    quote["number"] = f"QT-{work.account.ids.hexadecimal(8).upper()}-0001-1"
    _stamp(work, quote, "finalized_at")


def _canceled(work: Work, _given: Given, quote: Object) -> None:
    _stamp(work, quote, "canceled_at")


def accept(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/quotes/{id}/accept."""
    work = Work(call, account)
    work.read(crud.taken("POST /v1/quotes/{id}/accept"))
    quote = crud.by_path(work, RESOURCE)
    crud.require(work, RESOURCE, quote, ACCEPT)
    if quote["customer"] is None:
        raise errors.invalid(call, "customer", "You can't accept a quote without a customer.")
    if quote["expires_at"] <= work.now:
        raise errors.wrong_state(call, "This quote has expired.", "quote_expired")
    customer = payment_methods.living_customer(work, quote["customer"])
    clocks.go_by(work, customer)
    items = work.state.line_items.get(quote["id"], [])
    made = _subscribe if any(item["price"]["recurring"] for item in items) else _invoice
    changes = made(work, quote, customer, items)
    _stamp(work, quote, "accepted_at")
    work.change(quote, {"status": ACCEPT.to, **changes})
    work.emit("quote.accepted", quote)
    return work.reply(quote)


def _subscribe(work: Work, quote: Object, customer: Object, items: list[Object]) -> dict[str, Any]:
    data = quote["subscription_data"]
    order = {
        "collection_method": quote["collection_method"],
        "days_until_due": 30 if quote["collection_method"] == "send_invoice" else None,
        "add_invoice_items": [_wish(item) for item in items if item["price"]["recurring"] is None],
        "default_tax_rates": [rate["id"] for rate in quote["default_tax_rates"]],
        "description": data["description"],
        "discounts": [{"discount": each} for each in quote["discounts"]],
        "items": [_wish(item) for item in items if item["price"]["recurring"] is not None],
        "metadata": data["metadata"] or {},
        "trial_period_days": data["trial_period_days"],
    }
    subscription = subscriptions.start(work, customer, order)
    return {"subscription": subscription["id"], "invoice": subscription["latest_invoice"]}


def _wish(item: Object) -> dict[str, str]:
    return {"price": item["price"]["id"], "quantity": str(item["quantity"])}


def _invoice(work: Work, quote: Object, customer: Object, items: list[Object]) -> dict[str, Any]:
    """A draft of what was offered, which is finalized by whoever sends it."""
    invoice = invoicing.new_invoice(
        work,
        customer,
        [],
        billing_reason="manual",
        collection_method=quote["collection_method"],
        currency=quote["currency"],
        default_tax_rates=quote["default_tax_rates"],
        discounts=quote["discounts"],
    )
    for item in items:
        invoice_items.add(work, customer, item["price"], item["quantity"], None)
    lines = invoice_items.take_waiting(work, customer["id"], quote["currency"], None, invoice["id"])
    invoicing.set_lines(work, invoice, lines)
    work.keep(invoice)
    work.emit("invoice.created", invoice)
    return {"invoice": invoice["id"]}


def line_items(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/quotes/{id}/line_items."""
    work = Work(call, account)
    work.read(parameters(texts="ending_before starting_after", integers="limit", arrays="expand"))
    quote = crud.by_path(work, RESOURCE)
    return work.reply(list_of(call.path, account.state.line_items.get(quote["id"], [])))


ROUTES: Final = (
    *crud.routes("quote", prepare=_prepare, check=_fill),
    crud.verb("quote", FINALIZE, _finalized),
    crud.verb("quote", CANCEL, _canceled),
    crud.route("POST", "/v1/quotes/{id}/accept", accept),
    crud.route("GET", "/v1/quotes/{id}/line_items", line_items),
)
