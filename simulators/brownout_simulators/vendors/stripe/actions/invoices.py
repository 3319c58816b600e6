"""Invoices, endpoint by endpoint; how they come about and are paid is in `invoicing.py`."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import (
    clocks,
    confirm,
    crud,
    discounts,
    invoice_items,
    invoicing,
    payment_methods,
)
from brownout_simulators.vendors.stripe.actions.money import check_currency
from brownout_simulators.vendors.stripe.paging import page
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, merged, required

RESOURCE: Final = RESOURCES["invoice"]


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/invoices: a draft, with the items that wait for it if they are asked for."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/invoices"])
    customer = payment_methods.living_customer(work, required(call, given, "customer"))
    clocks.go_by(work, customer)
    fields = {name: value for name, value in given.items() if name in RESOURCE.stored and value is not None}
    _check_sending(work, given)
    if given.get("default_payment_method"):
        method, _card = payment_methods.resolve(work, given["default_payment_method"], "default_payment_method")
        fields["default_payment_method"] = method["id"]
    if given.get("subscription"):
        subscription = work.find("subscription", given["subscription"], "subscription")
        details = {"metadata": subscription["metadata"], "subscription": subscription["id"]}
        fields["parent"] = {"quote_details": None, "subscription_details": details, "type": "subscription_details"}
    fields["default_tax_rates"] = discounts.rates_of(work, given.get("default_tax_rates"), "default_tax_rates")
    currency = check_currency(call, given["currency"]) if given.get("currency") else None
    if currency is None:
        currency = _waiting_currency(work, customer) or customer["currency"] or "usd"
    invoice = invoicing.new_invoice(work, customer, [], billing_reason="manual", currency=currency, **fields)
    if given.get("discounts") is not None:
        invoice["discounts"] = discounts.from_wishes(work, given["discounts"], invoice=invoice["id"])
    invoice["metadata"] = merged({}, given.get("metadata"))
    if given.get("days_until_due") is not None:
        account.state.days_due[invoice["id"]] = given["days_until_due"]
    if given.get("pending_invoice_items_behavior") == "include":
        subscription_id = given.get("subscription")
        lines = invoice_items.take_waiting(work, customer["id"], currency, subscription_id, invoice["id"])
        invoicing.set_lines(work, invoice, lines)
    work.keep(invoice)
    work.emit("invoice.created", invoice)
    return work.reply(invoice)


def _waiting_currency(work: Work, customer: Object) -> str | None:
    """The currency of the first item that waits for an invoice."""
    for id in work.state.waiting.get(customer["id"], ()):  # noqa: A001
        item = work.state.of["invoiceitem"].get(id)
        if item is not None:
            return str(item["currency"])
    return None


def _check_sending(work: Work, given: Mapping[str, Any]) -> None:
    """`send_invoice` says when the money is due, and only it does."""
    call, method = work.call, given.get("collection_method")
    if method not in {None, "charge_automatically", "send_invoice"}:
        message = "Invalid collection_method: must be one of charge_automatically or send_invoice"
        raise errors.invalid(call, "collection_method", message)
    is_due = given.get("days_until_due") is not None or given.get("due_date") is not None
    if method == "send_invoice" and not is_due:
        message = "If collection_method is send_invoice, you must specify either due_date or days_until_due."
        raise errors.invalid(call, "days_until_due", message, "parameter_missing")
    if is_due and method != "send_invoice":
        message = "You can only specify due_date or days_until_due if collection_method is send_invoice."
        raise errors.invalid(call, "days_until_due", message)


def delete(call: Call, account: StripeAccount) -> Reply:
    """DELETE /v1/invoices/{id}, of a draft; its items wait again."""
    work = Work(call, account)
    invoice = crud.alive(work, RESOURCE)
    if invoice["status"] != "draft" or invoice["parent"] is not None:
        message = "You can only delete draft invoices that are not of a subscription."
        raise errors.wrong_state(call, message, "invoice_not_editable")
    invoice_items.put_back(work, invoice["lines"]["data"])
    stub: Object = {"id": invoice["id"], "object": "invoice", "deleted": True}
    account.state.of["invoice"].replace(stub, account.clock())
    work.emit("invoice.deleted", invoice)
    return work.reply(stub)


def _change(work: Work, given: Mapping[str, Any], invoice: Object) -> None:
    """What changes a draft's totals; refused once it is no draft."""
    money = given.keys() & {"discounts", "default_tax_rates", "days_until_due", "due_date", "default_payment_method"}
    if money and invoice["status"] != "draft":
        raise errors.wrong_state(work.call, "Finalized invoices can't be updated in this way", "invoice_not_editable")
    if given.get("default_payment_method"):
        method, _card = payment_methods.resolve(work, given["default_payment_method"], "default_payment_method")
        invoice["default_payment_method"] = method["id"]
    if given.get("days_until_due") is not None:
        work.state.days_due[invoice["id"]] = given["days_until_due"]
    if "default_tax_rates" in given:
        invoice["default_tax_rates"] = discounts.rates_of(work, given["default_tax_rates"], "default_tax_rates")
    if "discounts" in given:
        invoice["discounts"] = discounts.from_wishes(work, given["discounts"], invoice=invoice["id"])
    if money:
        invoicing.set_lines(work, invoice, invoice["lines"]["data"])


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
    invoice = crud.alive(work, RESOURCE)
    clocks.go_by(work, invoice)
    work.before_change(invoice)
    return work, invoice, given


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
    crud.listing("invoice", _of_subscription),
    crud.searching("invoice"),
    crud.retrieval("invoice"),
    crud.update("invoice", _change),
    crud.route("DELETE", "/v1/invoices/{id}", delete),
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
