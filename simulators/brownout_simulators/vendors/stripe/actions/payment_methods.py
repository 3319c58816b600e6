"""Payment methods: the test aliases, made on the fly; create, attach to a customer, detach, list."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud
from brownout_simulators.vendors.stripe.card_fields import METHOD_FIELDS
from brownout_simulators.vendors.stripe.magic import ALIASES, CARDS, IBANS, TOKENS, TRANSFER, Card
from brownout_simulators.vendors.stripe.paging import page
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.templates import NO_ADDRESS, NO_BILLING_DETAILS, PAYMENT_METHOD
from brownout_simulators.vendors.stripe.work import Work, integer, merged, required

RESOURCE: Final = RESOURCES["payment_method"]
MAX_YEARS: Final = 50
"""How far ahead a card may expire."""


def mint(work: Work, card: Card, *, id: str = "", customer: str | None = None) -> Object:  # noqa: A002
    """A new payment method for a test card, kept; or, by its id and owner, for a stored card."""
    method = PAYMENT_METHOD.copy()
    method["id"] = id = id or work.id("pm_")  # noqa: A001
    method["created"] = work.now
    method["customer"] = customer
    method.update(METHOD_FIELDS[card])
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
    describe = _DESCRIBED.get(type) if isinstance(type, str) else None
    if describe is None:
        known = ", ".join(_DESCRIBED)
        raise errors.invalid(call, f"{param}type", f"Invalid type: this account accepts {known}, not {type}")
    card = describe(work, data.get(type), f"{param}{type}" if not param.endswith(".") else f"{param[:-1]}[{type}]")
    method = mint(work, card)
    billing = data.get("billing_details")
    if isinstance(billing, dict):
        address = {**NO_ADDRESS, **(billing.get("address") or {})}
        method["billing_details"] = {**NO_BILLING_DETAILS, **billing, "address": address}
    if isinstance(data.get("metadata"), dict):
        method["metadata"] = merged({}, data["metadata"])
    return method, card


def described_card(work: Work, fields: object, param: str) -> Card:
    """The card that a token names, or a number; refuses what no bank would take."""
    call = work.call
    if not isinstance(fields, dict):
        raise errors.missing(call, param)
    if "token" in fields:
        card = TOKENS.get(fields["token"]) if isinstance(fields["token"], str) else None
        if card is None:
            raise errors.no_such(call, "token", str(fields["token"]), f"{param}[token]", in_path=False)
        return card
    for name in ("number", "exp_month", "exp_year"):
        if not fields.get(name):
            raise errors.missing(call, f"{param}[{name}]")
    _check_printed(work, fields, param)
    number = str(fields["number"]).replace(" ", "")
    card = CARDS.get(number)
    if card is None or card.code == "incorrect_number":
        raise _bad_card(call, "number", "Your card number is incorrect.", "incorrect_number", param)
    return card


def _check_printed(work: Work, fields: Mapping[str, Any], param: str) -> None:
    """The date and the code that are printed on a card."""
    call, today = work.call, datetime.fromtimestamp(work.now, UTC)
    month = integer(call, f"{param}[exp_month]", fields["exp_month"]) or 0
    year = integer(call, f"{param}[exp_year]", fields["exp_year"]) or 0
    year += 2000 if 0 <= year < 100 else 0
    if not 1 <= month <= 12:
        raise _bad_card(call, "exp_month", "Your card's expiration month is invalid.", "invalid_expiry_month", param)
    if not today.year <= year <= today.year + MAX_YEARS:
        raise _bad_card(call, "exp_year", "Your card's expiration year is invalid.", "invalid_expiry_year", param)
    if (year, month) < (today.year, today.month):
        raise _bad_card(call, "exp_month", "Your card's expiration month is invalid.", "invalid_expiry_month", param)
    cvc = fields.get("cvc")
    if cvc is not None and not (isinstance(cvc, str) and cvc.isascii() and cvc.isdecimal() and len(cvc) in {3, 4}):
        raise _bad_card(call, "cvc", "Your card's security code is invalid.", "invalid_cvc", param)


def _bad_card(call: Call, name: str, message: str, code: str, param: str) -> Refused:
    named = f"{param}[{name}]"
    return Refused(errors.error(call, 402, message, code=code, type="card_error", executed=True, param=named))


def _bank_account(work: Work, fields: object, param: str) -> Card:
    """An account in the US: one of the test accounts by its number, the good one where none is named."""
    number = fields.get("account_number") if isinstance(fields, dict) else None
    if number is None:
        return ALIASES["pm_usBankAccount_success"]
    card = CARDS.get(str(number))
    if card is None or card.method != "us_bank_account":
        raise errors.invalid(work.call, f"{param}[account_number]", "Invalid account number.", "account_number_invalid")
    return card


def _iban(work: Work, fields: object, param: str) -> Card:
    """An account of SEPA direct debit: one of the test accounts, by its IBAN."""
    iban = fields.get("iban") if isinstance(fields, dict) else None
    if iban is None:
        raise errors.missing(work.call, f"{param}[iban]")
    card = IBANS.get(str(iban).replace(" ", "").upper())
    if card is None:
        message = "The IBAN you provided is invalid: it is none of the test IBANs."
        raise errors.invalid(work.call, f"{param}[iban]", message)
    return card


_DESCRIBED: Final[Mapping[str, Callable[[Work, object, str], Card]]] = {
    "card": described_card,
    "customer_balance": lambda _work, _fields, _param: TRANSFER,
    "sepa_debit": _iban,
    "us_bank_account": _bank_account,
}
"""How each type of payment method is described."""


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
    require_attachable(work, card)
    require_unspent(work, method)
    if method["customer"] not in {None, customer["id"]}:
        message = "The payment method you provided has already been attached to a customer."
        raise errors.wrong_state(call, message, "payment_method_unexpected_state")
    adopt(work, method, customer["id"])
    return work.reply(method)


def require_attachable(work: Work, card: Card) -> None:
    """Refuse a card that no customer can keep: its bank declines already that."""
    if not card.good and not card.attaches_only and card.method == "card":
        details = {"decline_code": card.decline_code} if card.decline_code else {}
        refusal = errors.error(
            work.call, 402, card.message, code=card.code, type="card_error", executed=True, **details
        )
        raise Refused(refusal)


def require_unspent(work: Work, method: Object) -> None:
    """Refuse a method that was used once without a customer, or was let go by its customer: it is of no use any more
    (Stripe's page "Payment Methods API")."""
    if method["customer"] is None and method["id"] in work.state.spent:
        message = (
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared "
            "with a connected account without Customer attachment, or was detached from a Customer. It may not be "
            "used again. To use a PaymentMethod multiple times, you must attach it to a Customer first."
        )
        raise errors.invalid(work.call, "payment_method", message)


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
    work.state.spent[method["id"]] = None
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
