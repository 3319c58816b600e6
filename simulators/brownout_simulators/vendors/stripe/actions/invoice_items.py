"""Invoice items: what a customer will be billed for with the next invoice, or with a draft that is there already."""

from collections.abc import Iterable
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import clocks, crud, discounts, invoicing, payment_methods
from brownout_simulators.vendors.stripe.actions.crud import Given
from brownout_simulators.vendors.stripe.actions.money import check_currency
from brownout_simulators.vendors.stripe.declared.pricing import INVOICE_ITEM
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, merged, required

RESOURCE: Final = RESOURCES["invoiceitem"]
PARAMETERS_OF: Final = crud.taken("POST /v1/invoiceitems")


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/invoiceitems: a line on the draft that `invoice` names, else one that waits for the next invoice."""
    work = Work(call, account)
    given = work.read(PARAMETERS_OF)
    customer = payment_methods.living_customer(work, required(call, given, "customer"))
    clocks.go_by(work, customer)
    invoice = work.find("invoice", given["invoice"], "invoice") if given.get("invoice") else None
    if invoice is not None and invoice["status"] != "draft":
        raise errors.wrong_state(call, "Invoice is no longer editable", "invoice_not_editable")
    item = _new(work, given, customer, invoice)
    work.keep(item)
    work.emit("invoiceitem.created", item)
    if invoice is None:
        wait(work, item)
    else:
        work.before_change(invoice)
        item["invoice"] = invoice["id"]
        invoicing.set_lines(work, invoice, [*invoice["lines"]["data"], line_of(work, item)])
        work.emit("invoice.updated", invoice, {})
    return work.reply(item)


def _new(work: Work, given: Given, customer: Object, invoice: Object | None, price: Object | None = None) -> Object:
    call = work.call
    item = INVOICE_ITEM.copy()
    quantity = given.get("quantity") or 1
    pricing = given.get("pricing") or {}
    data = given.get("price_data")
    if price is not None:
        pass
    elif pricing.get("price") or data:
        wish = {"price_data": data} if data else {"price": pricing["price"]}
        price = invoicing.price_of(work, wish, "pricing" if pricing else "price_data")
    else:
        if given.get("currency") is None and invoice is None:
            raise errors.missing(call, "currency")
        currency = check_currency(call, given.get("currency") or str(invoice and invoice["currency"]))
        amount = required(call, given, "amount")
        price = {"unit_amount": amount, "unit_amount_decimal": str(amount), "id": None, "product": None}
        price["currency"] = currency
    item.update(
        id=work.id("ii_"),
        amount=(price["unit_amount"] or 0) * quantity,
        currency=price["currency"],
        customer=customer["id"],
        date=work.now,
        description=given.get("description"),
        discountable=given.get("discountable") is not False,
        metadata=merged({}, given.get("metadata")),
        period={"end": work.now, "start": work.now},
        pricing=invoicing.pricing_of(price),
        quantity=quantity,
        quantity_decimal=str(quantity),
        tax_rates=discounts.rates_of(work, given.get("tax_rates"), "tax_rates"),
        test_clock=customer["test_clock"],
    )
    item["net_amount"] = item["amount"]
    item["discounts"] = discounts.from_wishes(work, given.get("discounts"), invoice_item=item["id"])
    if given.get("subscription"):
        found = work.find("subscription", given["subscription"], "subscription")
        item["parent"] = {"subscription_details": {"subscription": found["id"]}, "type": "subscription_details"}
    return item


def add(work: Work, customer: Object, price: Object, quantity: int, subscription: str | None) -> None:
    """An item of a price, for the next invoice, or for that of a subscription."""
    item = _new(work, {"quantity": quantity, "subscription": subscription}, customer, None, price)
    work.keep(item)
    work.emit("invoiceitem.created", item)
    wait(work, item)


def wait(work: Work, item: Object) -> None:
    """The item is billed with the customer's next invoice."""
    work.state.waiting.setdefault(item["customer"], {})[item["id"]] = None


def take_waiting(
    work: Work, customer: str, currency: str | None, subscription: str | None, invoice: str
) -> list[Object]:
    """The lines of the items that wait for an invoice of this customer, and for this subscription if they say which;
    they wait no more."""
    lines: list[Object] = []
    for id in list(work.state.waiting.get(customer, ())):  # noqa: A001
        item = work.state.of["invoiceitem"].get(id)
        of: Object = ((item or {}).get("parent") or {}).get("subscription_details") or {}
        is_for_it = of.get("subscription") in {None, subscription}
        if item is not None and currency in {None, item["currency"]} and is_for_it:
            currency = item["currency"]
            work.change(item, {"invoice": invoice})
            lines.append(line_of(work, item))
        elif item is not None:
            continue
        work.state.waiting[customer].pop(id)
    return lines


def put_back(work: Work, lines: Iterable[Object]) -> None:
    """A draft is no more: its items wait again."""
    for line in lines:
        details = (line["parent"] or {}).get("invoice_item_details")
        item = work.state.of["invoiceitem"].get(details["invoice_item"]) if details else None
        if item is not None:
            work.change(item, {"invoice": None})
            wait(work, item)


def line_of(work: Work, item: Object) -> Object:
    """The line that an item is on an invoice."""
    of: Object | None = (item["parent"] or {}).get("subscription_details")
    parent = {
        "invoice_item_details": {
            "invoice_item": item["id"],
            "proration": item["proration"],
            "proration_details": {"credited_items": None},
            "subscription": of and of["subscription"],
        },
        "subscription_item_details": None,
        "type": "invoice_item_details",
    }
    line = invoicing.plain_line(work, item["amount"], item["currency"], item["quantity"], parent)
    product = (item["pricing"].get("price_details") or {}).get("product")
    named = work.state.of["product"].get(product or "") or {}
    line.update(
        description=item["description"] or named.get("name"),
        discountable=item["discountable"],
        discounts=item["discounts"],
        metadata=item["metadata"],
        period=item["period"],
        pricing=item["pricing"],
        subscription=of and of["subscription"],
        tax_rates=item["tax_rates"],
    )
    return line


def update(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/invoiceitems/{id}, while it waits or its invoice is a draft."""
    work = Work(call, account)
    given = work.read(crud.taken("POST /v1/invoiceitems/{id}"))
    item = crud.alive(work, RESOURCE)
    draft = _draft_of(work, item)
    changes: dict[str, Any] = crud.changes_of(RESOURCE, item, given)
    if given.get("quantity") is not None:
        changes.update(quantity=given["quantity"], quantity_decimal=str(given["quantity"]))
    if given.get("amount") is not None:
        changes.update(amount=given["amount"], net_amount=given["amount"])
    elif given.get("quantity") is not None:
        unit = item["amount"] // item["quantity"] if item["quantity"] else item["amount"]
        changes.update(amount=unit * given["quantity"], net_amount=unit * given["quantity"])
    work.change(item, changes)
    if draft is not None:
        lines = [line_of(work, item) if _is_of(line, item) else line for line in draft["lines"]["data"]]
        work.before_change(draft)
        invoicing.set_lines(work, draft, lines)
    return work.reply(item)


def delete(call: Call, account: StripeAccount) -> Reply:
    """DELETE /v1/invoiceitems/{id}, while it waits or its invoice is a draft."""
    work = Work(call, account)
    item = crud.alive(work, RESOURCE)
    draft = _draft_of(work, item)
    if draft is not None:
        work.before_change(draft)
        invoicing.set_lines(work, draft, [line for line in draft["lines"]["data"] if not _is_of(line, item)])
    work.state.waiting.get(item["customer"], {}).pop(item["id"], None)
    stub: Object = {"id": item["id"], "object": "invoiceitem", "deleted": True}
    account.state.of["invoiceitem"].replace(stub, account.clock())
    work.emit("invoiceitem.deleted", item)
    return work.reply(stub)


def _draft_of(work: Work, item: Object) -> Object | None:
    invoice = work.state.of["invoice"].get(item["invoice"] or "")
    if invoice is not None and invoice["status"] != "draft":
        message = "You cannot change an invoice item that is on an invoice which is no longer a draft."
        raise errors.wrong_state(work.call, message, "invoice_not_editable")
    return invoice


def _is_of(line: Object, item: Object) -> bool:
    details: Object | None = (line["parent"] or {}).get("invoice_item_details")
    return details is not None and bool(details["invoice_item"] == item["id"])


def _pending(_work: Work, given: Given) -> Any:
    pending = given.get("pending")
    return lambda row: pending is None or (row["invoice"] is None) == pending


ROUTES: Final = (
    crud.route("POST", "/v1/invoiceitems", create),
    *crud.routes("invoiceitem", also=_pending),
    crud.route("POST", "/v1/invoiceitems/{id}", update),
    crud.route("DELETE", "/v1/invoiceitems/{id}", delete),
)
