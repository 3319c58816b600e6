"""Credit notes: an invoice comes to less. Before it is paid less is due; afterwards the money goes back, by a refund or
into the customer's balance, or it went back out of Stripe's sight.
"""

from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud, customer_balance, invoicing, payment_methods, refunds
from brownout_simulators.vendors.stripe.actions.crud import Given
from brownout_simulators.vendors.stripe.declared.pricing import CREDIT_NOTE, CREDIT_NOTE_LINE
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, integer, merged, required

REASONS: Final = ("duplicate", "fraudulent", "order_change", "product_unsatisfactory")
WAYS: Final = ("refund_amount", "credit_amount", "out_of_band_amount")
"""How the money of a paid invoice goes back; together they are the note's amount."""


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/credit_notes."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/credit_notes"])
    invoice = work.find("invoice", required(call, given, "invoice"), "invoice")
    note = _drawn_up(work, given, invoice)
    post = note["post_payment_amount"]
    _check_ways(work, given, post)
    work.keep(note)
    work.emit("credit_note.created", note)
    if note["pre_payment_amount"]:
        _take_off(work, invoice, note["pre_payment_amount"])
    if post:
        _give_back(work, given, note, invoice)
    return work.reply(note)


def preview(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/credit_notes/preview: the note, and nothing else."""
    work = Work(call, account)
    given = dict(work.read(PARAMETERS["GET /v1/credit_notes/preview"]))
    invoice = work.find("invoice", required(call, given, "invoice"), "invoice")
    return work.reply(_drawn_up(work, given, invoice))


def _drawn_up(work: Work, given: Given, invoice: Object) -> Object:
    call = work.call
    if invoice["status"] not in {"open", "paid", "uncollectible"}:
        message = f"Credit notes can be made of finalized invoices; this one has a status of {invoice['status']}."
        raise errors.invalid(call, "invoice", message)
    if given.get("reason") is not None and given["reason"] not in REASONS:
        raise errors.invalid(call, "reason", f"Invalid reason: must be one of {', '.join(REASONS)}")
    lines = _lines(work, given, invoice)
    amount = sum(line["amount"] for line in lines)
    credited = invoice["pre_payment_credit_notes_amount"] + invoice["post_payment_credit_notes_amount"]
    if not 1 <= amount <= invoice["total"] - credited:
        left = invoice["total"] - credited
        message = f"The credit note's amount ({amount}) must be at least 1 and at most what is left ({left})."
        raise errors.invalid(call, "amount", message)
    pre = min(amount, invoice["amount_remaining"]) if invoice["status"] != "paid" else 0
    note = CREDIT_NOTE.copy()
    count = work.state.notes.get(invoice["id"], 0) + 1
    work.state.notes[invoice["id"]] = count
    note["id"] = id = work.id("cn_")  # noqa: A001
    note.update(
        amount=amount,
        created=work.now,
        currency=invoice["currency"],
        customer=invoice["customer"],
        effective_at=work.now,
        invoice=invoice["id"],
        lines=list_of(f"/v1/credit_notes/{id}/lines", lines),
        memo=given.get("memo"),
        metadata=merged({}, given.get("metadata")),
        number=f"{invoice['number']}-CN-{count:02d}",
        out_of_band_amount=given.get("out_of_band_amount"),
        pdf=f"{work.account.base_url}/credit_notes/{id}/pdf",
        post_payment_amount=amount - pre,
        pre_payment_amount=pre,
        reason=given.get("reason"),
        subtotal=amount,
        subtotal_excluding_tax=amount,
        total=amount,
        total_excluding_tax=amount,
        type="post_payment" if pre == 0 else "pre_payment" if pre == amount else "mixed",
    )
    return note


def _lines(work: Work, given: Given, invoice: Object) -> list[Object]:
    """The note's lines: what was asked, or one for the whole amount."""
    call, wishes = work.call, given.get("lines")
    if wishes is None:
        if given.get("amount") is None:
            raise errors.missing(call, "amount")
        wishes = [{"type": "custom_line_item", "quantity": "1", "unit_amount": str(given["amount"])}]
    made = []
    for place, wish in enumerate(wishes):
        param = f"lines[{place}]"
        if not isinstance(wish, dict) or wish.get("type") not in {"custom_line_item", "invoice_line_item"}:
            message = f"Invalid {param}[type]: must be one of custom_line_item or invoice_line_item"
            raise errors.invalid(call, f"{param}[type]", message)
        line = CREDIT_NOTE_LINE.copy()
        quantity = integer(call, f"{param}[quantity]", wish.get("quantity", "1")) or 1
        line.update(id=work.id("cnli_"), quantity=quantity, type=wish["type"], description=wish.get("description"))
        if wish["type"] == "custom_line_item":
            unit = integer(call, f"{param}[unit_amount]", wish.get("unit_amount", ""))
            if unit is None:
                raise errors.missing(call, f"{param}[unit_amount]")
            line.update(amount=unit * quantity, unit_amount=unit, unit_amount_decimal=str(unit))
        else:
            _of_line(work, wish, line, invoice, param)
        made.append(line)
    return made


def _of_line(work: Work, wish: Given, line: Object, invoice: Object, param: str) -> None:
    of = next((each for each in invoice["lines"]["data"] if each["id"] == wish.get("invoice_line_item")), None)
    if of is None:
        name = f"{param}[invoice_line_item]"
        raise errors.no_such(work.call, "invoice line item", str(wish.get("invoice_line_item")), name, in_path=False)
    given = integer(work.call, f"{param}[amount]", wish["amount"]) if wish.get("amount") else None
    whole = of["amount"] - sum(each["amount"] for each in of["discount_amounts"])
    quantity = line["quantity"] if "quantity" in wish else of["quantity"]
    amount = given if given is not None else whole * quantity // (of["quantity"] or 1)
    line.update(amount=amount, description=of["description"], invoice_line_item=of["id"], quantity=quantity)


def _check_ways(work: Work, given: Given, post: int) -> None:
    ways = {name: given[name] for name in WAYS if given.get(name) is not None}
    if post and sum(ways.values()) != post:
        message = (
            f"The sum of credit_amount, refund_amount and out_of_band_amount must equal the amount that was paid "
            f"already, {post}."
        )
        raise errors.invalid(work.call, "refund_amount", message)
    if ways and not post:
        message = "This invoice has not been paid: there is nothing to give back."
        raise errors.invalid(work.call, min(ways), message)


def _take_off(work: Work, invoice: Object, amount: int) -> None:
    """Less is due; nothing left is paid."""
    work.change(
        invoice,
        {
            "amount_due": invoice["amount_due"] - amount,
            "amount_remaining": invoice["amount_remaining"] - amount,
            "pre_payment_credit_notes_amount": invoice["pre_payment_credit_notes_amount"] + amount,
        },
    )
    work.emit("invoice.updated", invoice, {})
    intent = work.state.of["payment_intent"].get(work.state.intents.get(invoice["id"], ""))
    if intent is not None and intent["status"] in {"requires_payment_method", "requires_confirmation"}:
        work.change(intent, {"amount": max(1, invoice["amount_remaining"])})
    if invoice["amount_remaining"] == 0:
        invoicing.settle(work, invoice)


def _give_back(work: Work, given: Given, note: Object, invoice: Object) -> None:
    changes: dict[str, Any] = {}
    if given.get("refund_amount"):
        intent = work.state.of["payment_intent"].get(work.state.intents.get(invoice["id"], ""))
        charge = intent and work.state.of["charge"].get(intent["latest_charge"] or "")
        if charge is None:
            message = "This invoice was not paid with a charge: there is nothing to refund."
            raise errors.invalid(work.call, "refund_amount", message)
        left = charge["amount_captured"] - charge["amount_refunded"]
        if given["refund_amount"] > left:
            message = f"The refund ({given['refund_amount']}) is greater than what is left on the charge ({left})."
            raise errors.invalid(work.call, "refund_amount", message)
        refund = refunds.give_back(work, charge, given["refund_amount"], metadata=note["metadata"])
        changes["refunds"] = [{"amount_refunded": refund["amount"], "refund": refund["id"], "type": "refund"}]
    if given.get("credit_amount"):
        customer = payment_methods.living_customer(work, invoice["customer"])
        amount = -given["credit_amount"]
        entry = customer_balance.change(work, customer, amount, "credit_note", credit_note=note["id"])
        changes["customer_balance_transaction"] = entry["id"]
    work.change(note, changes)
    paid = invoice["post_payment_credit_notes_amount"] + note["post_payment_amount"]
    work.change(invoice, {"post_payment_credit_notes_amount": paid})


def void(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/credit_notes/{id}/void, of an invoice that is still open: what it took off is due again."""
    work = Work(call, account)
    work.read(crud.taken("POST /v1/credit_notes/{id}/void"))
    note = crud.by_path(work, RESOURCES["credit_note"])
    invoice = work.find("invoice", note["invoice"], "invoice")
    if note["status"] == "void" or note["post_payment_amount"] or invoice["status"] != "open":
        message = "You can only void a credit note of an open invoice."
        raise errors.wrong_state(call, message, "credit_note_not_voidable")
    amount = note["pre_payment_amount"]
    work.change(
        invoice,
        {
            "amount_due": invoice["amount_due"] + amount,
            "amount_remaining": invoice["amount_remaining"] + amount,
            "pre_payment_credit_notes_amount": invoice["pre_payment_credit_notes_amount"] - amount,
        },
    )
    intent = work.state.of["payment_intent"].get(work.state.intents.get(invoice["id"], ""))
    if intent is not None and intent["status"] in {"requires_payment_method", "requires_confirmation"}:
        work.change(intent, {"amount": invoice["amount_remaining"]})
    work.change(note, {"status": "void", "voided_at": work.now})
    work.emit("credit_note.voided", note)
    return work.reply(note)


def lines_of(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/credit_notes/{id}/lines."""
    work = Work(call, account)
    return work.reply(crud.by_path(work, RESOURCES["credit_note"])["lines"])


ROUTES: Final = (
    crud.route("POST", "/v1/credit_notes", create),
    crud.route("GET", "/v1/credit_notes/preview", preview),
    *crud.routes("credit_note"),
    crud.route("POST", "/v1/credit_notes/{id}/void", void),
    crud.route("GET", "/v1/credit_notes/{id}/lines", lines_of),
)
