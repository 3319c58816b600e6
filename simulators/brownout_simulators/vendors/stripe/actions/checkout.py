"""Checkout sessions. Nobody sees the page here: `POST /v1/test_helpers/checkout/sessions/{id}/complete` is Brownout's
own stand-in for the customer who pays on it.

    open ─complete─▶ complete        open ─expire, or 24 h─▶ expired
"""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import (
    confirm,
    crud,
    customers,
    invoicing,
    payment_methods,
    subscriptions,
)
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.templates import CHECKOUT_ITEM, PAYMENT_INTENT
from brownout_simulators.vendors.stripe.work import Work, integer, merged, required

RESOURCE: Final = RESOURCES["checkout.session"]
MODES: Final = ("payment", "setup", "subscription")
OPEN_S: Final = 24 * 3_600
STORED: Final = (
    "allow_promotion_codes", "billing_address_collection", "cancel_url", "client_reference_id", "customer_email",
    "integration_identifier", "locale", "mode", "origin_context", "payment_method_collection", "submit_type",
    "success_url",
)  # fmt: skip


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/checkout/sessions."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/checkout/sessions"])
    mode = required(call, given, "mode")
    if mode not in MODES:
        raise errors.invalid(call, "mode", f"Invalid mode: must be one of {', '.join(MODES)}")
    hosted = given.get("ui_mode") in {None, "hosted", "hosted_page"}
    if hosted:
        required(call, given, "success_url")
    session = crud.blank(work, RESOURCE, given)
    session["id"] = id = work.id("cs_test_", 58)  # noqa: A001
    session.update({name: given[name] for name in STORED if given.get(name) is not None})
    session["expires_at"] = given.get("expires_at") or work.now + OPEN_S
    session["ui_mode"] = given.get("ui_mode") or "hosted_page"
    session["url"] = f"{account.base_url}/c/pay/{id}" if hosted else None
    session["client_secret"] = None if hosted else work.id(f"{id}_secret_", 40)
    if given.get("customer"):
        session["customer"] = payment_methods.living_customer(work, given["customer"])["id"]
    if mode != "setup":
        _price(work, session, required(call, given, "line_items"))
    account.state.plans[id] = given
    work.keep(session)
    account.later(max(0.0, session["expires_at"] - account.wall_s()), lambda: _lapse(account, id))
    return work.reply(session)


def _price(work: Work, session: Object, wishes: list[Any]) -> None:
    """Line items, and the totals that follow."""
    items = []
    for place, wish in enumerate(wishes):
        param = f"line_items[{place}]"
        if not isinstance(wish, dict):
            raise errors.invalid(work.call, param, "Invalid hash")
        price = invoicing.price_of(work, wish, param)
        recurs = price["recurring"] is not None
        if recurs and session["mode"] == "payment":
            message = "You must use subscription mode when there is a recurring price."
            raise errors.invalid(work.call, param, message)
        quantity = integer(work.call, f"{param}[quantity]", wish.get("quantity", "1")) or 1
        items.append(line_item(work, price, quantity))
    if session["mode"] == "subscription" and all(item["price"]["recurring"] is None for item in items):
        message = "You must provide at least one recurring price in `subscription` mode when using prices."
        raise errors.invalid(work.call, "line_items", message)
    total = sum(item["amount_total"] for item in items)
    session.update(amount_subtotal=total, amount_total=total, currency=items[0]["currency"] if items else None)
    work.state.line_items[session["id"]] = items


def line_item(work: Work, price: Object, quantity: int) -> Object:
    """One item of a session, a link or a quote."""
    amount = (price["unit_amount"] or 0) * quantity
    product = work.state.of["product"].get(price["product"]) or {}
    item = CHECKOUT_ITEM.copy()
    item.update(
        id=work.id("li_"),
        amount_subtotal=amount,
        amount_total=amount,
        currency=price["currency"],
        description=product.get("name"),
        price=price.copy(),
        quantity=quantity,
    )
    return item


def _require_open(work: Work) -> Object:
    session = crud.by_path(work, RESOURCE)
    if session["status"] != "open":
        message = f'Only Checkout Sessions with a status in ["open"] can be changed; this one is {session["status"]}.'
        raise errors.invalid(work.call, "session", message)
    return session


def complete(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/test_helpers/checkout/sessions/{id}/complete, with `payment_method` (`pm_card_visa` if not given)."""
    work = Work(call, account)
    session = _require_open(work)
    given = account.state.plans.get(session["id"], {})
    method, _card = payment_methods.resolve(work, call.data.get("payment_method", "pm_card_visa"))
    work.before_change(session)
    customer = _customer(work, session)
    if session["mode"] == "subscription":
        refusal = _subscribe(work, session, given, customer, method)
    elif session["mode"] == "payment" and session["amount_total"]:
        refusal = _pay(work, session, given, method)
    else:
        refusal = None
        session["payment_status"] = "no_payment_required"
        _finish(work, session)
    return work.reply(session) if refusal is None else refusal


def _customer(work: Work, session: Object) -> Object | None:
    """The session's customer; a subscription makes one where there is none."""
    if session["customer"] is not None:
        return payment_methods.living_customer(work, session["customer"])
    if session["mode"] != "subscription":
        return None
    customer = customers.new_customer(work, {"email": session["customer_email"]})
    session["customer"] = customer["id"]
    return customer


def _pay(work: Work, session: Object, given: Mapping[str, Any], method: Object) -> Reply | None:
    data = given.get("payment_intent_data") or {}
    intent = PAYMENT_INTENT.copy()
    intent["id"] = id = work.id("pi_")  # noqa: A001
    intent.update(
        amount=session["amount_total"],
        automatic_payment_methods=None,
        capture_method=data.get("capture_method", "automatic"),
        client_secret=work.id(f"{id}_secret_", 25),
        created=work.now,
        currency=session["currency"],
        customer=session["customer"],
        description=data.get("description"),
        metadata=merged({}, data.get("metadata")),
        payment_method=method["id"],
        payment_method_types=[method["type"]],
        setup_future_usage=data.get("setup_future_usage"),
    )
    work.keep(intent)
    work.emit("payment_intent.created", intent)
    refusal = confirm.confirm(work, intent, {})
    if refusal is not None:
        return refusal
    if intent["status"] == confirm.RA:
        return work.reply(intent)
    session["payment_intent"] = id
    session_id = session["id"]
    if intent["status"] == confirm.PROCESSING:
        work.state.then[id] = lambda later: _answer_late(later, session_id, paid=True)
        work.state.otherwise[id] = lambda later: _answer_late(later, session_id, paid=False)
    elif intent["status"] == confirm.SUCCEEDED:
        session["payment_status"] = "paid"
    _finish(work, session)
    return None


def _answer_late(work: Work, id: str, *, paid: bool) -> None:  # noqa: A002
    """A method that took days has answered."""
    session = work.state.of["checkout.session"].get(id)
    if session is not None and paid:
        work.change(session, {"payment_status": "paid"})
        work.emit("checkout.session.async_payment_succeeded", session)
    elif session is not None:
        work.emit("checkout.session.async_payment_failed", session)


def _subscribe(
    work: Work, session: Object, given: Mapping[str, Any], customer: Object | None, method: Object
) -> Reply | None:
    assert customer is not None  # a subscription's session has one by now  # noqa: S101
    data = given.get("subscription_data") or {}
    wishes = [
        {"price": item["price"]["id"], "quantity": str(item["quantity"])}
        for item in work.state.line_items[session["id"]]
        if item["price"]["recurring"] is not None
    ]
    days = data.get("trial_period_days")
    order = {
        "default_payment_method": method["id"],
        "items": wishes,
        "metadata": data.get("metadata"),
        "payment_behavior": "error_if_incomplete",
        "trial_period_days": days and integer(work.call, "subscription_data[trial_period_days]", days),
    }
    subscription = subscriptions.start(work, customer, order)
    session.update(subscription=subscription["id"], invoice=subscription["latest_invoice"], payment_status="paid")
    _finish(work, session)
    return None


def _finish(work: Work, session: Object) -> None:
    session.update(
        status="complete",
        url=None,
        customer_details={
            "address": None,
            "business_name": None,
            "email": session["customer_email"],
            "individual_name": None,
            "name": None,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    )
    work.emit("checkout.session.completed", session)


def expire(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/checkout/sessions/{id}/expire."""
    work = Work(call, account)
    work.read(PARAMETERS["POST /v1/checkout/sessions/{id}/expire"])
    session = _require_open(work)
    _expire(work, session)
    return work.reply(session)


def _expire(work: Work, session: Object) -> None:
    work.change(session, {"status": "expired", "url": None})
    work.emit("checkout.session.expired", session)


def _lapse(account: StripeAccount, id: str) -> Aftermath | None:  # noqa: A002
    session = account.state.of["checkout.session"].get(id)
    if session is None or session["status"] != "open":
        return None
    work = Work(None, account)
    _expire(work, session)
    return work.aftermath()


def update(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/checkout/sessions/{id}."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/checkout/sessions/{id}"])
    session = crud.by_path(work, RESOURCE)
    work.change(session, crud.changes_of(RESOURCE, session, given))
    return work.reply(session)


def line_items(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/checkout/sessions/{id}/line_items."""
    work = Work(call, account)
    work.read(PARAMETERS["GET /v1/checkout/sessions/{id}/line_items"])
    session = crud.by_path(work, RESOURCE)
    return work.reply(list_of(call.path, account.state.line_items.get(session["id"], [])))


ROUTES: Final = (
    crud.route("POST", "/v1/checkout/sessions", create),
    crud.listing("checkout.session"),
    crud.retrieval("checkout.session"),
    crud.route("POST", "/v1/checkout/sessions/{id}", update),
    crud.route("POST", "/v1/checkout/sessions/{id}/expire", expire),
    crud.route("GET", "/v1/checkout/sessions/{id}/line_items", line_items),
    crud.route("POST", "/v1/test_helpers/checkout/sessions/{id}/complete", complete),
)
