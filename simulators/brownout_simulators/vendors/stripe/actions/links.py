"""Payment links, and the pages behind Checkout sessions, on which the vendor's own tools pay."""

from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import checkout, crud, invoicing
from brownout_simulators.vendors.stripe.actions.crud import Given
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.parameters.kinds import parameters
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, integer

MAX_ITEMS: Final = 20


def _new_link(work: Work, given: Given, link: Object) -> None:
    items = []
    for place, wish in enumerate(given["line_items"][:MAX_ITEMS]):
        price = invoicing.price_of(work, wish, f"line_items[{place}]")
        quantity = integer(work.call, f"line_items[{place}][quantity]", wish.get("quantity", "1")) or 1
        items.append(checkout.line_item(work, price, quantity))
    if not items:
        raise errors.missing(work.call, "line_items")
    link.update(currency=items[0]["currency"], url=f"{work.account.base_url}/l/{link['id']}")
    work.state.line_items[link["id"]] = items


def line_items(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/payment_links/{id}/line_items."""
    work = Work(call, account)
    work.read(parameters(texts="ending_before starting_after", integers="limit", arrays="expand"))
    link = crud.by_path(work, RESOURCES["payment_link"])
    return work.reply(list_of(call.path, account.state.line_items.get(link["id"], [])))


def page(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/payment_pages/{id}: what the page of a session shows. Not in Stripe's reference: its tools use it."""
    work = Work(call, account)
    work.read(parameters(arrays="expand"))
    session = crud.by_path(work, RESOURCES["checkout.session"])
    shown = {
        "id": session["id"],
        "object": "payment_page",
        "amount": session["amount_total"],
        "currency": session["currency"],
        "mode": session["mode"],
        "session_id": session["id"],
        "status": session["status"],
    }
    return work.reply(shown)


CONFIRM: Final = parameters(texts="payment_method", integers="expected_amount", arrays="expand")


def confirm_page(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/payment_pages/{id}/confirm: the customer pays on the page, what the page showed and nothing else."""
    work = Work(call, account)
    given = work.read(CONFIRM)
    session = crud.by_path(work, RESOURCES["checkout.session"])
    expected: Any = given.get("expected_amount")
    if expected is not None and expected != session["amount_total"]:
        message = f"The expected amount ({expected}) is not the session's ({session['amount_total']})."
        raise errors.invalid(call, "expected_amount", message)
    return checkout.complete(call, account)


ROUTES: Final = (
    *crud.routes("payment_link", prepare=_new_link),
    crud.route("GET", "/v1/payment_links/{id}/line_items", line_items),
    crud.route("GET", "/v1/payment_pages/{id}", page),
    crud.route("POST", "/v1/payment_pages/{id}/confirm", confirm_page),
)
