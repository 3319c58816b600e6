"""PaymentIntents: create, update, confirm, capture, cancel, increment; what confirming does is in `confirm.py`."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import charges, confirm, crud, payment_methods
from brownout_simulators.vendors.stripe.actions.money import check_amount, check_currency
from brownout_simulators.vendors.stripe.magic import Card
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.templates import PAYMENT_INTENT
from brownout_simulators.vendors.stripe.work import Work, boolean, merged, required

RESOURCE: Final = RESOURCES["payment_intent"]
CREATE: Final = PARAMETERS["POST /v1/payment_intents"]
STORED: Final = RESOURCE.stored
ONLY_WITH_CONFIRM: Final = ("off_session", "return_url", "error_on_requires_action", "mandate_data", "mandate")
REASONS: Final = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "capture_method": ("automatic", "automatic_async", "manual"),
    "confirmation_method": ("automatic", "manual"),
    "setup_future_usage": ("off_session", "on_session"),
}


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/payment_intents."""
    work = Work(call, account)
    given = work.read(CREATE)
    amount = required(call, given, "amount")
    currency = check_currency(call, required(call, given, "currency"))
    check_amount(call, amount, currency)
    confirms = given.get("confirm")
    if not confirms:
        for name in ONLY_WITH_CONFIRM:
            if given.get(name):
                message = f"The parameter `{name}` cannot be passed unless `confirm` is set to `true`."
                raise errors.invalid(call, name, message)
    intent = PAYMENT_INTENT.copy()
    intent["id"] = id = work.id("pi_")  # noqa: A001
    intent["amount"] = amount
    intent["client_secret"] = work.id(id + "_secret_", 25)
    intent["created"] = work.now
    intent["currency"] = currency
    _fill(work, intent, given)
    if confirms:
        confirm.check(work, intent, given)
    work.emit("payment_intent.created", intent)
    refusal = confirm.confirm(work, intent, given) if confirms else None
    work.keep(intent)
    return work.reply_as_told(intent) if refusal is None else refusal


def _fill(work: Work, intent: Object, given: Mapping[str, Any]) -> None:
    """Put what was given into a new intent, or into one that may still change."""
    call = work.call
    for name, value in given.items():
        if name in STORED:
            choices = CHOICES.get(name)
            if choices is not None and value not in choices and value is not None:
                message = f"Invalid {name}: must be one of {', '.join(choices)}"
                raise errors.invalid(call, name, message)
            intent[name] = PAYMENT_INTENT.get(name) if value is None else value
    if "metadata" in given:
        intent["metadata"] = merged(intent["metadata"], given["metadata"])
    if given.get("customer"):
        intent["customer"] = payment_methods.living_customer(work, given["customer"])["id"]
    types = given.get("payment_method_types") or given.get("allowed_payment_method_types")
    if types:
        intent["automatic_payment_methods"] = None
        intent["payment_method_types"] = types
    automatic = given.get("automatic_payment_methods")
    if automatic:
        intent["automatic_payment_methods"] = _automatic(call, automatic)
    give_method(work, intent, given)


def _automatic(call: Call, given: Mapping[str, Any]) -> Object | None:
    if not boolean(call, "automatic_payment_methods[enabled]", given.get("enabled", "")):
        return None
    redirects = given.get("allow_redirects", "always")
    if redirects not in {"always", "never"}:
        param = "automatic_payment_methods[allow_redirects]"
        raise errors.invalid(call, param, f"Invalid {param}: must be one of always or never")
    return {"allow_redirects": redirects, "enabled": True}


def give_method(work: Work, intent: Object, given: Mapping[str, Any]) -> None:
    """Set the payment method that was named, or described, if one was."""
    if given.get("payment_method"):
        method, _card = payment_methods.resolve(work, given["payment_method"])
    elif given.get("payment_method_data"):
        method, _card = payment_methods.from_data(work, given["payment_method_data"], "payment_method_data.")
    else:
        return
    owner = method["customer"]
    if owner is None:
        payment_methods.require_unspent(work, method)
    elif owner != intent["customer"]:
        message = (
            f"The provided PaymentMethod cannot be attached. It belongs to the Customer {owner}; please include that "
            "customer in the `customer` parameter."
        )
        raise errors.invalid(work.call, "payment_method", message)
    intent["payment_method"] = method["id"]
    if intent["object"] == "payment_intent" and method["type"] not in intent["payment_method_types"]:
        intent["payment_method_types"] = [*intent["payment_method_types"], method["type"]]
    confirm.move(intent, "method_given")


def update(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/payment_intents/{id}: money and method only while it can be confirmed, words at any time."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/payment_intents/{id}"])
    intent = crud.by_path(work, RESOURCE)
    if not given.keys() <= {"metadata", "description", "expand", "receipt_email", "shipping", "transfer_group"}:
        confirm.require(work, intent, "update")
    changed = intent.copy()
    if given.get("currency"):
        changed["currency"] = check_currency(call, given["currency"])
    if given.get("amount") is not None:
        changed["amount"] = given["amount"]
    check_amount(call, changed["amount"], changed["currency"])
    _fill(work, changed, given)
    work.change(intent, changed)
    return work.reply(intent)


def confirm_intent(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/payment_intents/{id}/confirm."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/payment_intents/{id}/confirm"])
    intent = crud.by_path(work, RESOURCE)
    confirm.require(work, intent, "confirm")
    changed = intent.copy()
    _fill(work, changed, given)
    refusal = confirm.confirm(work, changed, given)
    work.change(intent, changed)
    return work.reply(intent) if refusal is None else refusal


def authenticate(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/test_helpers/payment_intents/{id}/authenticate: Brownout's own stand-in for the customer who passes
    3D Secure, or with `outcome=fail` does not."""
    work = Work(call, account)
    intent = crud.by_path(work, RESOURCE)
    if intent["status"] != confirm.RA:
        message = f"This PaymentIntent has a status of {intent['status']}: there is nothing to authenticate."
        raise errors.wrong_state(call, message, confirm.UNEXPECTED, payment_intent=intent)
    changed = intent.copy()
    failed = call.data.get("outcome") == "fail"
    card = payment_methods.card_of(work, intent["payment_method"])
    refusal = confirm.attempt(work, changed, FAILED_AUTHENTICATION if failed else card)
    work.change(intent, changed)
    if refusal is not None and not failed:
        return refusal
    return work.reply(intent)


FAILED_AUTHENTICATION: Final = Card(
    "",
    code="payment_intent_authentication_failure",
    message="The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new "
    "PaymentMethod to attempt to fulfill this PaymentIntent again.",
)


def capture(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/payment_intents/{id}/capture: all of what is held or a part; the rest is released."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/payment_intents/{id}/capture"])
    intent = crud.by_path(work, RESOURCE)
    confirm.require(work, intent, "capture")
    charge = work.find("charge", intent["latest_charge"], "intent")
    amount = given.get("amount_to_capture")
    if amount is None:
        amount = intent["amount_capturable"]
    work.before_change(charge)
    work.before_change(intent)
    charges.capture_held(work, charge, amount, given)
    confirm.move(intent, "captured")
    intent["amount_capturable"] = 0
    intent["amount_received"] = amount
    if "metadata" in given:
        intent["metadata"] = merged(intent["metadata"], given["metadata"])
    work.emit("charge.captured", charge)
    work.emit("payment_intent.succeeded", intent)
    return work.reply(intent)


def cancel(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/payment_intents/{id}/cancel."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/payment_intents/{id}/cancel"])
    reason = given.get("cancellation_reason")
    if reason is not None and reason not in REASONS:
        message = f"Invalid cancellation_reason: must be one of {', '.join(REASONS)}"
        raise errors.invalid(call, "cancellation_reason", message)
    intent = crud.by_path(work, RESOURCE)
    confirm.require(work, intent, "cancel")
    work.before_change(intent)
    confirm.release(work, intent, reason, "charge.refunded")
    return work.reply(intent)


def increment(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/payment_intents/{id}/increment_authorization: `amount` is the new total."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/payment_intents/{id}/increment_authorization"])
    amount = required(call, given, "amount")
    intent = crud.by_path(work, RESOURCE)
    confirm.require(work, intent, "increment")
    if amount <= intent["amount"]:
        message = f"The new amount must be greater than the current one, {intent['amount']}."
        raise errors.invalid(call, "amount", message)
    check_amount(call, amount, intent["currency"])
    charge = work.find("charge", intent["latest_charge"], "intent")
    changes: dict[str, Any] = {"amount": amount, "amount_capturable": amount}
    if given.get("description"):
        changes["description"] = given["description"]
    if "metadata" in given:
        changes["metadata"] = merged(intent["metadata"], given["metadata"])
    work.change(charge, {"amount": amount})
    work.change(intent, changes)
    work.emit("payment_intent.amount_capturable_updated", intent)
    return work.reply(intent)


ROUTES: Final = (
    crud.route("POST", "/v1/payment_intents", create),
    crud.listing("payment_intent"),
    crud.searching("payment_intent"),
    crud.retrieval("payment_intent"),
    crud.route("POST", "/v1/payment_intents/{id}", update),
    crud.route("POST", "/v1/payment_intents/{id}/confirm", confirm_intent),
    crud.route("POST", "/v1/payment_intents/{id}/capture", capture),
    crud.route("POST", "/v1/payment_intents/{id}/cancel", cancel),
    crud.route("POST", "/v1/payment_intents/{id}/increment_authorization", increment),
    crud.route("POST", "/v1/test_helpers/payment_intents/{id}/authenticate", authenticate),
)
