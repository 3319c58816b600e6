"""SetupIntents: a payment method is authenticated now so that it can be charged later."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import charges, crud, payment_methods
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work

RESOURCE: Final = RESOURCES["setup_intent"]
OPEN: Final = ("requires_payment_method", "requires_confirmation", "requires_action")
UNEXPECTED: Final = "setup_intent_unexpected_state"

TRANSITIONS: Final[Mapping[tuple[str, str], str]] = {
    **{(status, "method_given"): "requires_confirmation" for status in OPEN},
    **{(status, "set_up"): "succeeded" for status in OPEN},
    **{(status, "challenged"): "requires_action" for status in OPEN},
    **{(status, "failed"): "requires_payment_method" for status in OPEN},
    **{(status, "canceled"): "canceled" for status in OPEN},
}
"""(status, what happened) to the next status."""


def _move(intent: Object, happened: str) -> None:
    intent["status"] = TRANSITIONS[intent["status"], happened]


def _require(work: Work, intent: Object, participle: str) -> None:
    if intent["status"] not in OPEN:
        message = (
            f"You cannot {participle} this SetupIntent because it has a status of {intent['status']}. Only a "
            f"SetupIntent with one of the following statuses may be used: {', '.join(OPEN)}."
        )
        raise errors.wrong_state(work.call, message, UNEXPECTED, setup_intent=intent)


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/setup_intents."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/setup_intents"])
    intent = crud.blank(work, RESOURCE, given)
    intent["client_secret"] = work.id(intent["id"] + "_secret_", 25)
    if given.get("customer"):
        payment_methods.living_customer(work, given["customer"])
    _give_method(work, intent, given)
    work.keep(intent)
    work.emit("setup_intent.created", intent)
    refusal = _confirm(work, intent) if given.get("confirm") else None
    return work.reply(intent) if refusal is None else refusal


def _give_method(work: Work, intent: Object, given: Mapping[str, Any]) -> None:
    if given.get("payment_method"):
        method, _card = payment_methods.resolve(work, given["payment_method"])
    elif given.get("payment_method_data"):
        method, _card = payment_methods.from_data(work, given["payment_method_data"], "payment_method_data.")
    else:
        return
    intent["payment_method"] = method["id"]
    _move(intent, "method_given")


def _confirm(work: Work, intent: Object) -> Reply | None:
    id = intent["payment_method"]  # noqa: A001
    if id is None:
        message = "You cannot confirm this SetupIntent because it's missing a payment method."
        raise errors.wrong_state(work.call, message, UNEXPECTED, setup_intent=intent)
    method, card = work.find("payment_method", id, "payment_method"), payment_methods.card_of(work, id)
    if not card.good and not card.attaches_only and not card.delayed:
        _move(intent, "failed")
        details = charges.decline_details(card, None, method, None)
        intent.update(payment_method=None, last_setup_error={**details, "message": card.message})
        work.emit("setup_intent.setup_failed", intent)
        return work.refuse(errors.error(work.call, 402, card.message, executed=True, **details, setup_intent=intent))
    if card.challenge:
        _move(intent, "challenged")
        url = f"{work.account.base_url}/v1/test_helpers/setup_intents/{intent['id']}/authenticate"
        intent["next_action"] = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"source": work.id("src_"), "stripe_js": url, "type": "three_d_secure_redirect"},
        }
        work.emit("setup_intent.requires_action", intent)
        return None
    _succeed(work, intent, method)
    return None


def _succeed(work: Work, intent: Object, method: Object) -> None:
    _move(intent, "set_up")
    intent.update(next_action=None, last_setup_error=None)
    work.state.set_up[method["id"]] = True
    if intent["customer"] is not None:
        payment_methods.adopt(work, method, intent["customer"])
    work.emit("setup_intent.succeeded", intent)


def confirm(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/setup_intents/{id}/confirm."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/setup_intents/{id}/confirm"])
    intent = crud.by_path(work, RESOURCE)
    _require(work, intent, "confirm")
    work.before_change(intent)
    _give_method(work, intent, given)
    refusal = _confirm(work, intent)
    return work.reply(intent) if refusal is None else refusal


def authenticate(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/test_helpers/setup_intents/{id}/authenticate: Brownout's own stand-in for the customer."""
    work = Work(call, account)
    intent = crud.by_path(work, RESOURCE)
    if intent["status"] != "requires_action":
        message = f"This SetupIntent has a status of {intent['status']}: there is nothing to authenticate."
        raise errors.wrong_state(call, message, UNEXPECTED, setup_intent=intent)
    work.before_change(intent)
    if call.data.get("outcome") == "fail":
        _move(intent, "failed")
        error = {"code": "setup_intent_authentication_failure", "type": "invalid_request_error"}
        intent.update(payment_method=None, next_action=None, last_setup_error=error)
        work.emit("setup_intent.setup_failed", intent)
    else:
        _succeed(work, intent, work.find("payment_method", intent["payment_method"], "payment_method"))
    return work.reply(intent)


def cancel(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/setup_intents/{id}/cancel."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/setup_intents/{id}/cancel"])
    intent = crud.by_path(work, RESOURCE)
    _require(work, intent, "cancel")
    work.before_change(intent)
    _move(intent, "canceled")
    intent.update(cancellation_reason=given.get("cancellation_reason"), next_action=None)
    work.emit("setup_intent.canceled", intent)
    return work.reply(intent)


def update(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/setup_intents/{id}."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/setup_intents/{id}"])
    intent = crud.by_path(work, RESOURCE)
    if given.keys() - {"metadata", "description", "expand"}:
        _require(work, intent, "update")
    work.before_change(intent)
    intent.update(crud.changes_of(RESOURCE, intent, given))
    _give_method(work, intent, given)
    return work.reply(intent)


ROUTES: Final = (
    crud.route("POST", "/v1/setup_intents", create),
    crud.listing("setup_intent"),
    crud.retrieval("setup_intent"),
    crud.route("POST", "/v1/setup_intents/{id}", update),
    crud.route("POST", "/v1/setup_intents/{id}/confirm", confirm),
    crud.route("POST", "/v1/setup_intents/{id}/cancel", cancel),
    crud.route("POST", "/v1/test_helpers/setup_intents/{id}/authenticate", authenticate),
)
