"""How an invoice comes about, is finalised, and is paid.

draft ─finalize─▶ open ─pay─▶ paid
                   ├─void─▶ void
                   └─mark_uncollectible─▶ uncollectible ─pay─▶ paid | ─void─▶ void
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import (
    catalogue,
    charges,
    clocks,
    confirm,
    customer_balance,
    discounts,
    payment_methods,
)
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.resources import MINIMUM
from brownout_simulators.vendors.stripe.state import Object
from brownout_simulators.vendors.stripe.templates import INVOICE, INVOICE_PAYMENT, LINE_ITEM, PAYMENT_INTENT
from brownout_simulators.vendors.stripe.totals import priced
from brownout_simulators.vendors.stripe.work import Work

DAYS_UNTIL_DUE: Final = 30

TRANSITIONS: Final[Mapping[tuple[str, str], str]] = {
    ("draft", "finalize"): "open",
    ("open", "pay"): "paid",
    ("uncollectible", "pay"): "paid",
    ("open", "void"): "void",
    ("uncollectible", "void"): "void",
    ("open", "mark_uncollectible"): "uncollectible",
}
"""(status, action) to the next status; anything else is refused."""


STAMPS: Final = {
    "finalize": "finalized_at",
    "pay": "paid_at",
    "void": "voided_at",
    "mark_uncollectible": "marked_uncollectible_at",
}


def move(work: Work, invoice: Object, action: str) -> None:
    """Take the invoice to its next status; refuses an action that the table does not have."""
    to = TRANSITIONS.get((invoice["status"], action))
    if to is None:
        if (invoice["status"], action) == ("paid", "pay"):
            raise errors.wrong_state(work.call, "Invoice is already paid", "invoice_already_paid")
        message = f"This invoice has a status of {invoice['status']}, so it is not possible to {action} it."
        raise errors.wrong_state(work.call, message, "invoice_not_editable")
    invoice["status"] = to
    invoice["status_transitions"] = {**invoice["status_transitions"], STAMPS[action]: work.now}


def new_invoice(work: Work, customer: Object, lines: Sequence[Object], **fields: Any) -> Object:
    """A draft for a customer, not kept yet. `fields` override what follows from customer and lines."""
    invoice = INVOICE.copy()
    invoice["id"] = work.id("in_")
    invoice["created"] = invoice["period_start"] = invoice["period_end"] = work.now
    for name in ("address", "email", "name", "phone", "shipping"):
        invoice[f"customer_{name}"] = customer[name]
    invoice["customer"] = customer["id"]
    invoice["test_clock"] = customer["test_clock"]
    if customer["discount"] is not None:
        invoice["discounts"] = [customer["discount"]["id"]]
    invoice.update(fields)
    set_lines(work, invoice, lines)
    return invoice


def set_lines(work: Work, invoice: Object, lines: Sequence[Object]) -> None:
    """Give a draft its lines, and the totals that follow from them, its discounts and its taxes."""
    known = work.state.line_rates.get(invoice["id"], {})
    rated = [
        {**line, "invoice": invoice["id"], "tax_rates": line.get("tax_rates") or known.get(line["id"], [])}
        for line in lines
    ]
    own = {line["id"]: discounts.applying(work, line["discounts"]) for line in rated if line["discounts"]}
    applying = discounts.applying(work, invoice["discounts"])
    done, totals = priced(rated, applying, invoice["default_tax_rates"], own)
    shown = [{name: value for name, value in line.items() if name != "tax_rates"} for line in done]
    rates = {line["id"]: line["tax_rates"] for line in done if line["tax_rates"]}
    if rates:
        work.state.line_rates[invoice["id"]] = rates
    invoice.update(totals)
    invoice["lines"] = list_of(f"/v1/invoices/{invoice['id']}/lines", shown)
    invoice["amount_due"] = invoice["amount_remaining"] = max(0, invoice["total"])


def line(work: Work, price: Object, quantity: int, period: tuple[int, int], parent: Object | None) -> Object:
    """One line of an invoice, for a price."""
    product = work.state.of["product"].get(price["product"]) or {}
    made = plain_line(work, (price["unit_amount"] or 0) * quantity, price["currency"], quantity, parent)
    made.update(
        description=f"{quantity} x {product.get('name', price['product'])}",
        period={"start": period[0], "end": period[1]},
        pricing=pricing_of(price),
    )
    return made


def plain_line(work: Work, amount: int, currency: str, quantity: int, parent: Object | None) -> Object:
    """One line of an invoice, for an amount."""
    made = LINE_ITEM.copy()
    made.update(
        id=work.id("il_"),
        amount=amount,
        currency=currency,
        parent=parent,
        period={"start": work.now, "end": work.now},
        quantity=quantity,
        quantity_decimal=str(quantity),
        subtotal=amount,
    )
    return made


def pricing_of(price: Mapping[str, Any]) -> Object:
    """How a line and an item name their price."""
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def finalize(work: Work, invoice: Object) -> None:
    """Open a draft: number it, and make the PaymentIntent that is to pay it. Nothing due: paid at once."""
    customer = payment_methods.living_customer(work, invoice["customer"])
    clocks.go_by(work, customer)
    move(work, invoice, "finalize")
    number = customer["next_invoice_sequence"]
    work.change(
        customer, {"next_invoice_sequence": number + 1, "currency": customer["currency"] or invoice["currency"]}
    )
    _apply_balance(work, invoice, customer)
    _use_up(work, invoice, customer)
    if invoice["collection_method"] == "send_invoice" and invoice["due_date"] is None:
        invoice["due_date"] = work.now + work.state.days_due.get(invoice["id"], DAYS_UNTIL_DUE) * 86_400
    base = work.account.base_url
    invoice.update(
        number=f"{customer['invoice_prefix']}-{number:04d}",
        effective_at=work.now,
        hosted_invoice_url=f"{base}/i/{invoice['id']}",
        invoice_pdf=f"{base}/i/{invoice['id']}/pdf",
    )
    work.emit("invoice.finalized", invoice)
    if invoice["amount_due"] > 0:
        _make_intent(work, invoice)
    else:
        settle(work, invoice)


def _apply_balance(work: Work, invoice: Object, customer: Object) -> None:
    """A customer's credit pays, and its debt is added; what is less than can be charged waits for the next invoice."""
    before, total = customer["balance"], invoice["total"]
    due = max(0, total + before) if total >= 0 else 0
    kind = "applied_to_invoice"
    if 0 < due < MINIMUM.get(invoice["currency"], 1):
        due, kind = 0, "invoice_too_small"
    moved = total - due
    if moved:
        customer_balance.change(work, customer, moved, kind, invoice=invoice["id"])
    invoice.update(amount_due=due, amount_remaining=due, starting_balance=before, ending_balance=customer["balance"])


def _use_up(work: Work, invoice: Object, customer: Object) -> None:
    """Discounts that are good for one invoice have had theirs."""
    once = discounts.for_once(work, invoice["discounts"])
    if not once:
        return
    if customer["discount"] is not None and customer["discount"]["id"] in once:
        gone = customer["discount"]
        work.change(customer, {"discount": None})
        work.emit("customer.discount.deleted", gone)
    parent = (invoice["parent"] or {}).get("subscription_details")
    subscription = parent and work.state.of["subscription"].get(parent["subscription"])
    if subscription and set(subscription["discounts"]) & set(once):
        kept = [each for each in subscription["discounts"] if each not in once]
        work.change(subscription, {"discounts": kept})


def _make_intent(work: Work, invoice: Object) -> None:
    intent = PAYMENT_INTENT.copy()
    intent["id"] = id = work.id("pi_")  # noqa: A001
    intent.update(
        amount=invoice["amount_due"],
        automatic_payment_methods=None,
        client_secret=work.id(f"{id}_secret_", 25),
        created=work.now,
        currency=invoice["currency"],
        customer=invoice["customer"],
        description="Subscription creation" if invoice["parent"] else None,
        setup_future_usage="off_session" if invoice["parent"] else None,
    )
    work.keep(intent)
    work.emit("payment_intent.created", intent)
    payment = INVOICE_PAYMENT.copy()
    payment.update(
        id=work.id("inpay_"),
        amount_requested=invoice["amount_due"],
        created=work.now,
        currency=invoice["currency"],
        invoice=invoice["id"],
        payment={"payment_intent": id, "type": "payment_intent"},
    )
    work.keep(payment)
    state, invoice_id = work.state, invoice["id"]
    state.intents[invoice_id] = id
    state.then[id] = lambda later: _paid_by_intent(later, invoice_id)


def _paid_by_intent(work: Work, invoice_id: str) -> None:
    invoice = work.state.of["invoice"].get(invoice_id)
    if invoice is not None and (invoice["status"], "pay") in TRANSITIONS:
        work.before_change(invoice)
        invoice.update(attempted=True, attempt_count=invoice["attempt_count"] + 1)
        settle(work, invoice)


def settle(work: Work, invoice: Object) -> None:
    """The invoice is paid: by its intent, out of band, or because nothing was due."""
    move(work, invoice, "pay")
    invoice.update(amount_paid=invoice["amount_due"], amount_remaining=0, attempted=True, next_payment_attempt=None)
    work.emit("invoice.updated", invoice, {"status": "open"})
    work.emit("invoice.paid", invoice)
    work.emit("invoice.payment_succeeded", invoice)
    for payment in work.state.of["invoice_payment"].newest_first():
        if payment["invoice"] == invoice["id"]:
            transitions = {**payment["status_transitions"], "paid_at": work.now}
            changes = {"status": "paid", "amount_paid": invoice["amount_due"], "status_transitions": transitions}
            work.change(payment, changes)
            work.emit("invoice_payment.paid", payment)
            break
    then = work.state.then.pop(invoice["id"], None)
    if then is not None:
        then(work)


def collect(work: Work, invoice: Object, method_id: str | None, *, off_session: bool = True) -> Reply | None:
    """Try to pay an open invoice with a payment method. None if it is paid; else the refusal, or the reply that
    something more must be done, with the events told and the invoice still open."""
    intent = work.find("payment_intent", work.state.intents[invoice["id"]], "invoice")
    if method_id is not None:
        method, card = payment_methods.resolve(work, method_id)
        work.before_change(intent)
        intent["payment_method"] = method["id"]
        # An invoice whose card asks for authentication waits for it: it is not declined, though nobody is there.
        off_session = off_session and card.challenge in {"", "on_session"}
    before = invoice["status"]
    refusal = confirm.confirm(work, intent, {"off_session": off_session})
    if invoice["status"] != before:
        return None
    if refusal is None and intent["status"] == confirm.PROCESSING:
        return None
    invoice.update(attempted=True, attempt_count=invoice["attempt_count"] + 1)
    if refusal is None:
        work.emit("invoice.payment_action_required", invoice)
        message = "This payment requires additional user action before it can be completed successfully."
        details = charges.decline_details(charges.AUTHENTICATION, None, None, intent)
        details.update(code="invoice_payment_intent_requires_action", decline_code=None)
        return work.refuse(errors.error(work.call, 402, message, executed=True, **details))
    work.emit("invoice.payment_failed", invoice)
    return refusal


def default_method(customer: Object, own: str | None) -> str | None:
    """The payment method that pays: the subscription's or invoice's own, else the customer's default or source."""
    return own or customer["invoice_settings"]["default_payment_method"] or customer["default_source"]


def no_method(call: Call) -> Reply:
    """There is nothing to charge."""
    message = (
        "This customer has no attached payment source or default payment method. Please consider adding a default "
        "payment method."
    )
    return errors.error(call, 400, message, code="resource_missing", executed=True)


def price_of(work: Work, wish: Any, param: str) -> Object:
    """The price that `price` names, or a new one from `price_data`."""
    if not isinstance(wish, dict):
        raise errors.invalid(work.call, param, "Invalid hash")
    if wish.get("price"):
        price = work.find("price", wish["price"], f"{param}[price]")
        if not price["active"]:
            message = f"The price specified is inactive. This field only accepts active prices: {price['id']}"
            raise errors.invalid(work.call, f"{param}[price]", message)
        return price
    if isinstance(wish.get("price_data"), dict):
        return catalogue.new_price(work, wish["price_data"], f"{param}[price_data]")
    raise errors.missing(work.call, f"{param}[price]")
