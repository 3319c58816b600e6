"""Stripe's errors by name, for faults that ask for one: its codes, and its own names where it gives an error no code.

A card's refusal is provoked where the call asks for a payment: the payment is attempted with the test card that
declines so, and leaves what a declined payment leaves. Elsewhere, and for all others, the answer is all there is.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError, Refused
from brownout_simulators.vendors.stripe import dialect, errors
from brownout_simulators.vendors.stripe.actions.charges import AUTHENTICATION, decline_details
from brownout_simulators.vendors.stripe.errors import StripeErrors
from brownout_simulators.vendors.stripe.magic import ALIASES, INCORRECT_NUMBER, Card

_ERRORS: Final = StripeErrors()

_CARDS: Final[Mapping[str, str]] = {
    "card_declined": "pm_card_visa_chargeDeclined",
    "insufficient_funds": "pm_card_visa_chargeDeclinedInsufficientFunds",
    "lost_card": "pm_card_visa_chargeDeclinedLostCard",
    "stolen_card": "pm_card_visa_chargeDeclinedStolenCard",
    "fraudulent": "pm_card_radarBlock",
    "expired_card": "pm_card_chargeDeclinedExpiredCard",
    "incorrect_cvc": "pm_card_chargeDeclinedIncorrectCvc",
    "processing_error": "pm_card_chargeDeclinedProcessingError",
}
"""The name to the test card that is refused so; a decline by its decline code, as far as it has one of its own."""


def _paid_with(alias: str) -> Callable[[Call], Mapping[str, Any] | None]:
    def provoked(call: Call) -> Mapping[str, Any] | None:
        if call.route == "POST /v1/charges":
            return {**call.data, "source": "tok_" + alias.removeprefix("pm_card_")}
        is_confirmation = call.route == "POST /v1/payment_intents/{id}/confirm"
        if not is_confirmation and not (
            call.route == "POST /v1/payment_intents" and call.data.get("confirm") == "true"
        ):
            return None
        kept = {name: value for name, value in call.data.items() if name != "payment_method_data"}
        return {**kept, "payment_method": alias}

    return provoked


def _refusal(card: Card) -> Callable[[Call], Reply]:
    details = decline_details(card, None, None, None)
    return lambda call: errors.error(call, 402, card.message, executed=True, **details)


def _missing(call: Call) -> Reply:
    """Of the object in the path; without one, of the customer that the parameters name."""
    if "id" not in call.params:
        return errors.no_such(call, "customer", str(call.data.get("customer", "")), "customer", in_path=False).reply
    noun = call.route.split("/")[2].removesuffix("s")
    return errors.no_such(call, noun, call.params["id"], "id", in_path=True).reply


def _forbidden(call: Call) -> Reply:
    return _ERRORS.forbidden(call)


def _of(refused: Callable[[Call], Refused]) -> Callable[[Call], Reply]:
    return lambda call: refused(call).reply


_TOO_SMALL: Final = "Amount must be at least $0.50 usd"

NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    **{
        name: NamedError(402, ALIASES[alias].message, _refusal(ALIASES[alias]), _paid_with(alias))
        for name, alias in _CARDS.items()
    },
    "authentication_required": NamedError(402, AUTHENTICATION.message, _refusal(AUTHENTICATION)),
    "incorrect_number": NamedError(402, INCORRECT_NUMBER.message, _refusal(INCORRECT_NUMBER)),
    "parameter_missing": NamedError(
        400, "Missing required param: amount.", _of(lambda call: errors.missing(call, "amount"))
    ),
    "amount_too_small": NamedError(
        400, _TOO_SMALL, _of(lambda call: errors.invalid(call, "amount", _TOO_SMALL, "amount_too_small"))
    ),
    "idempotency_error": NamedError(400, "The key belongs to a request with other parameters.", dialect.mismatch),
    "invalid_api_key": NamedError(401, "Invalid API Key provided", _ERRORS.unauthenticated),
    "api_key_expired": NamedError(401, "Expired API Key provided", _ERRORS.token_expired),
    "permission_error": NamedError(403, "The provided key does not have the required permissions.", _forbidden),
    "resource_missing": NamedError(404, "No such object (400 where a parameter names it)", _missing),
    "idempotency_key_in_use": NamedError(409, "Another request with this key is in progress.", dialect.in_progress),
    "rate_limit": NamedError(429, "Request rate limit exceeded", lambda call: _ERRORS.throttled(call, None, "rate")),
    "lock_timeout": NamedError(
        429,
        "This object cannot be accessed right now.",
        lambda call: _ERRORS.throttled(call, None, errors.LOCK_TIMEOUT),
    ),
    "api_error": NamedError(500, "An error on Stripe's side", lambda call: _ERRORS.server_error(call, 500)),
}
