"""Payment methods: the test aliases, made on the fly; create, attach to a customer, detach, list."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud
from brownout_simulators.vendors.stripe.card_fields import METHOD_FIELDS
from brownout_simulators.vendors.stripe.magic import ALIASES, CARDS, TOKENS, Card
from brownout_simulators.vendors.stripe.paging import page
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.templates import NO_ADDRESS, NO_BILLING_DETAILS, PAYMENT_METHOD
from brownout_simulators.vendors.stripe.work import Work, integer, merged, required

RESOURCE: Final = RESOURCES["payment_method"]


def mint(work: Work, card: Card) -> Object:
    """A new payment method for a test card, kept."""
    method = PAYMENT_METHOD.copy()
    method["id"] = id = work.id("pm_")  # noqa: A001
    method["created"] = work.now
    method.update(METHOD_FIELDS[card.number])
    work.state.cards[id] = card
    return work.keep(method)


def resolve(work: Work, id: str, param: str = "payment_method") -> tuple[Object, Card]:  # noqa: A002
    """The payment method of an id, or a new one for a test alias, and the card behind it."""
    card = ALIASES.get(id)
    if card is not None:
        return mint(work, card), card
    return work.find("payment_method", id, param, RESOURCE.noun), work.state.cards[id]


def card_of(work: Work, id: str) -> Card:  # noqa: A002
    """The card behind a payment method; refuses one that was forgotten."""
    card = work.state.cards.get(id)
    if card is None:
        raise errors.no_such(work.call, RESOURCE.noun, id, "payment_method", in_path=False)
    return card


def from_data(work: Work, data: Mapping[str, Any], param: str) -> tuple[Object, Card]:
    """A new payment method from `type`, `card` and `billing_details`."""
    call = work.call
    type = data.get("type")  # noqa: A001 - the wire's own name
    if not type:
        raise errors.missing(call, f"{param}type")
    if type != "card":
        card = ALIASES.get("pm_usBankAccount_success") if type == "us_bank_account" else None
        if card is None:
            raise errors.invalid(call, f"{param}type", f"Invalid type: this account accepts card payments, not {type}")
    else:
        card = _card(work, data.get("card"), f"{param}card")
    method = mint(work, card)
    billing = data.get("billing_details")
    if isinstance(billing, dict):
        address = {**NO_ADDRESS, **(billing.get("address") or {})}
        method["billing_details"] = {**NO_BILLING_DETAILS, **billing, "address": address}
    if isinstance(data.get("metadata"), dict):
        method["metadata"] = merged({}, data["metadata"])
    return method, card


def _card(work: Work, fields: object, param: str) -> Card:
    call = work.call
    if not isinstance(fields, dict):
        raise errors.missing(call, param)
    if "token" in fields:
        card = TOKENS.get(fields["token"])
        if card is None:
            raise errors.no_such(call, "token", str(fields["token"]), f"{param}[token]", in_path=False)
        return card
    for name in ("number", "exp_month", "exp_year"):
        if not fields.get(name):
            raise errors.missing(call, f"{param}[{name}]")
    integer(call, f"{param}[exp_month]", fields["exp_month"])
    integer(call, f"{param}[exp_year]", fields["exp_year"])
    number = str(fields["number"]).replace(" ", "")
    card = CARDS.get(number)
    if card is None or card.code == "incorrect_number":
        message = "Your card number is incorrect."
        refusal = errors.error(
            call, 402, message, code="incorrect_number", type="card_error", executed=True, param=f"{param}[number]"
        )
        raise Refused(refusal)
    return card


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/payment_methods."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/payment_methods"])
    if given.get("customer") and given.get("payment_method"):
        message = "Cloning a payment method is for connected accounts."
        raise errors.invalid(call, "payment_method", message)
    method, _card_behind = from_data(work, given, "")
    if given.get("allow_redisplay"):
        method["allow_redisplay"] = given["allow_redisplay"]
    return work.reply(method)


def attach(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/payment_methods/{id}/attach."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/payment_methods/{id}/attach"])
    customer = living_customer(work, required(call, given, "customer"))
    alias = ALIASES.get(call.params["id"])
    method = mint(work, alias) if alias is not None else crud.by_path(work, RESOURCE)
    card = work.state.cards[method["id"]]
    if not card.good and not card.attaches_only and card.method == "card":
        details = {"decline_code": card.decline_code} if card.decline_code else {}
        refusal = errors.error(call, 402, card.message, code=card.code, type="card_error", executed=True, **details)
        raise Refused(refusal)
    if method["customer"] not in {None, customer["id"]}:
        message = "The payment method you provided has already been attached to a customer."
        raise errors.wrong_state(call, message, "payment_method_unexpected_state")
    adopt(work, method, customer["id"])
    return work.reply(method)


def adopt(work: Work, method: Object, customer: str) -> None:
    """Attach a method to a customer, unless it is already."""
    if method["customer"] != customer:
        work.change(method, {"customer": customer})
        work.emit("payment_method.attached", method)


def detach(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/payment_methods/{id}/detach."""
    work = Work(call, account)
    work.read(PARAMETERS["POST /v1/payment_methods/{id}/detach"])
    method = crud.by_path(work, RESOURCE)
    if method["customer"] is None:
        message = "The payment method you provided is not attached to a customer so detachment is impossible."
        raise errors.wrong_state(call, message, "payment_method_unexpected_state")
    previous = work.change(method, {"customer": None})
    work.emit("payment_method.detached", method, previous)
    return work.reply(method)


def living_customer(work: Work, id: str, param: str = "customer") -> Object:  # noqa: A002
    """The customer of an id, as a parameter names it; a deleted one is none."""
    customer = work.find("customer", id, param)
    if customer.get("deleted"):
        raise errors.no_such(work.call, "customer", id, param, in_path=False)
    return customer


def of_customer(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/customers/{id}/payment_methods."""
    work = Work(call, account)
    given = work.read(PARAMETERS["GET /v1/customers/{id}/payment_methods"])
    customer = crud.alive(work, RESOURCES["customer"])
    type = given.get("type")  # noqa: A001 - the wire's own name

    def wanted(row: Object) -> bool:
        return row["customer"] == customer["id"] and type in {None, row["type"]}

    methods, url = account.state.of["payment_method"], f"/v1/customers/{customer['id']}/payment_methods"
    return work.reply(page(call, methods, given, url=url, noun=RESOURCE.noun, wanted=wanted))


ROUTES: Final = (
    crud.route("POST", "/v1/payment_methods", create),
    crud.listing("payment_method"),
    crud.retrieval("payment_method"),
    crud.update("payment_method"),
    crud.route("POST", "/v1/payment_methods/{id}/attach", attach),
    crud.route("POST", "/v1/payment_methods/{id}/detach", detach),
    crud.route("GET", "/v1/customers/{id}/payment_methods", of_customer),
)
