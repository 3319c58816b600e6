"""Invoices, endpoint by endpoint; how they come about and are paid is in `invoicing.py`."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import confirm, crud, invoicing, payment_methods
from brownout_simulators.vendors.stripe.paging import page
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, integer, merged, required

RESOURCE: Final = RESOURCES["invoice"]


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/invoices: an empty draft, for which `POST /v1/invoiceitems` makes lines."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/invoices"])
    customer = payment_methods.living_customer(work, required(call, given, "customer"))
    fields = {name: value for name, value in given.items() if name in RESOURCE.stored and value is not None}
    invoice = invoicing.new_invoice(work, customer, [], currency=given.get("currency") or "usd", **fields)
    invoice["metadata"] = merged({}, given.get("metadata"))
    work.keep(invoice)
    work.emit("invoice.created", invoice)
    return work.reply(invoice)


ITEM_PARAMETERS: Final = crud.taken("POST /v1/invoiceitems")


def add_item(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/invoiceitems: one more line on a draft."""
    work = Work(call, account)
    given = work.read(ITEM_PARAMETERS)
    customer = payment_methods.living_customer(work, required(call, given, "customer"))
    invoice = work.find("invoice", required(call, given, "invoice"), "invoice")
    if invoice["status"] != "draft":
        raise errors.wrong_state(call, "Invoice is no longer editable", "invoice_not_editable")
    quantity = given.get("quantity") or 1
    pricing = given.get("pricing") or {}
    if pricing.get("price"):
        price = work.find("price", pricing["price"], "pricing[price]")
    else:
        amount = required(call, given, "amount")
        price = {"unit_amount": amount, "unit_amount_decimal": str(amount), "id": None, "product": None}
        price["currency"] = given.get("currency") or invoice["currency"]
    item_id = work.id("ii_")
    parent = {
        "invoice_item_details": {
            "invoice_item": item_id,
            "proration": False,
            "proration_details": {"credited_items": None},
            "subscription": None,
        },
        "subscription_item_details": None,
        "type": "invoice_item_details",
    }
    added = invoicing.line(work, price, quantity, (work.now, work.now), parent)
    added["description"] = given.get("description") or added["description"]
    added["invoice"] = invoice["id"]
    work.before_change(invoice)
    invoicing.set_lines(invoice, [*invoice["lines"]["data"], added])
    work.emit("invoice.updated", invoice, {})
    item = {
        "id": item_id,
        "object": "invoiceitem",
        "amount": added["amount"],
        "currency": added["currency"],
        "customer": customer["id"],
        "date": work.now,
        "description": added["description"],
        "discountable": True,
        "discounts": [],
        "invoice": invoice["id"],
        "livemode": False,
        "metadata": merged({}, given.get("metadata")),
        "parent": None,
        "period": added["period"],
        "pricing": added["pricing"],
        "proration": False,
        "quantity": quantity,
        "tax_rates": [],
        "test_clock": None,
    }
    return work.reply(item)


def finalize_invoice(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/invoices/{id}/finalize."""
    work, invoice, _given = _begin(call, account, "finalize")
    invoicing.finalize(work, invoice)
    return work.reply(invoice)


def pay(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/invoices/{id}/pay; a draft is finalised first."""
    work, invoice, given = _begin(call, account, "pay")
    if invoice["status"] == "draft":
        invoicing.finalize(work, invoice)
        if invoice["status"] == "paid":
            return work.reply(invoice)
    if (invoice["status"], "pay") not in invoicing.TRANSITIONS:
        invoicing.move(work, invoice, "pay")
    if given.get("paid_out_of_band"):
        invoicing.settle(work, invoice)
        return work.reply(invoice)
    customer = payment_methods.living_customer(work, invoice["customer"])
    method = given.get("payment_method") or invoicing.default_method(customer, invoice["default_payment_method"])
    if method is None:
        raise Refused(invoicing.no_method(call))
    refusal = invoicing.collect(work, invoice, method, off_session=given.get("off_session") is not False)
    return work.reply(invoice) if refusal is None else refusal


def _ending(action: str, told: str) -> Callable[[Call, StripeAccount], Reply]:
    def end(call: Call, account: StripeAccount) -> Reply:
        work, invoice, _given = _begin(call, account, action)
        invoicing.move(work, invoice, action)
        intent = work.state.of["payment_intent"].get(work.state.intents.get(invoice["id"], ""))
        if action == "void" and intent is not None and intent["status"] in confirm.MAY["cancel"]:
            work.before_change(intent)
            confirm.release(work, intent, "void_invoice", "charge.refunded")
        work.emit(told, invoice)
        return work.reply(invoice)

    return end


def send(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/invoices/{id}/send: an e-mail that nobody gets, and its event."""
    work, invoice, _given = _begin(call, account, "send")
    if invoice["status"] == "draft":
        invoicing.finalize(work, invoice)
    work.emit("invoice.sent", invoice)
    return work.reply(invoice)


def _begin(call: Call, account: StripeAccount, action: str) -> tuple[Work, Object, Mapping[str, Any]]:
    work = Work(call, account)
    given = work.read(PARAMETERS[f"POST /v1/invoices/{{id}}/{action}"])
    invoice = crud.by_path(work, RESOURCE)
    work.before_change(invoice)
    return work, invoice, given


def preview(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/invoices/create_preview: what a subscription, new or existing, would be billed next."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/invoices/create_preview"])
    existing = work.find("subscription", given["subscription"], "subscription") if given.get("subscription") else None
    customer_id = given.get("customer") or (existing and existing["customer"])
    if customer_id is None:
        raise errors.missing(call, "customer")
    customer = payment_methods.living_customer(work, str(customer_id))
    lines = []
    for place, wish in enumerate((given.get("subscription_details") or {}).get("items") or ()):
        param = f"subscription_details[items][{place}]"
        price = invoicing.price_of(work, wish, param)
        quantity = integer(call, f"{param}[quantity]", wish.get("quantity", "1")) or 1
        lines.append(invoicing.line(work, price, quantity, (work.now, work.now), None))
    for item in existing["items"]["data"] if existing is not None and not lines else ():
        period = (item["current_period_end"], item["current_period_end"])
        lines.append(invoicing.line(work, item["price"], item["quantity"], period, None))
    invoice = invoicing.new_invoice(work, customer, lines, currency=lines[0]["currency"] if lines else "usd")
    invoice["id"] = "upcoming_" + invoice["id"]
    invoice["billing_reason"] = "upcoming"
    return work.reply(invoice)


def _of_subscription(_work: Work, given: Mapping[str, Any]) -> Any:
    wanted = given.get("subscription")
    if not wanted:
        return lambda _row: True
    return lambda row: ((row["parent"] or {}).get("subscription_details") or {}).get("subscription") == wanted


def payments(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/invoice_payments."""
    work = Work(call, account)
    given = work.read(PARAMETERS["GET /v1/invoice_payments"])
    invoice, status = given.get("invoice"), given.get("status")

    def wanted(row: Object) -> bool:
        return invoice in {None, row["invoice"]} and status in {None, row["status"]}

    rows = account.state.of["invoice_payment"]
    return work.reply(page(call, rows, given, url=call.path, noun="invoice_payment", wanted=wanted))


def lines_of(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/invoices/{id}/lines."""
    work = Work(call, account)
    return work.reply(crud.by_path(work, RESOURCE)["lines"])


ROUTES: Final = (
    crud.route("POST", "/v1/invoices", create),
    crud.route("POST", "/v1/invoiceitems", add_item),
    crud.route("POST", "/v1/invoices/create_preview", preview),
    crud.listing("invoice", _of_subscription),
    crud.searching("invoice"),
    crud.retrieval("invoice"),
    crud.update("invoice"),
    crud.route("GET", "/v1/invoices/{id}/lines", lines_of),
    crud.route("GET", "/v1/invoice_payments", payments),
    crud.route("POST", "/v1/invoices/{id}/finalize", finalize_invoice),
    crud.route("POST", "/v1/invoices/{id}/pay", pay),
    crud.route("POST", "/v1/invoices/{id}/void", _ending("void", "invoice.voided")),
    crud.route(
        "POST", "/v1/invoices/{id}/mark_uncollectible", _ending("mark_uncollectible", "invoice.marked_uncollectible")
    ),
    crud.route("POST", "/v1/invoices/{id}/send", send),
)
