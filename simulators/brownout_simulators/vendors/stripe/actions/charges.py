"""Charges: what is made when a payment is attempted, and the older endpoint that makes one directly."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import balance, crud
from brownout_simulators.vendors.stripe.actions.money import check_amount, check_currency
from brownout_simulators.vendors.stripe.actions.payment_methods import living_customer, mint
from brownout_simulators.vendors.stripe.card_fields import APPROVED, CHARGE_FIELDS
from brownout_simulators.vendors.stripe.funds import fee_of
from brownout_simulators.vendors.stripe.magic import TOKENS, Card
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.templates import CHARGE
from brownout_simulators.vendors.stripe.work import Work, merged, required

AUTHENTICATION: Final = Card(
    "",
    code="authentication_required",
    decline_code="authentication_required",
    message="Your card was declined. This transaction requires authentication.",
)
"""How a card declines that would have asked for authentication, had there been somebody to ask."""


def new_charge(work: Work, card: Card, method: Object, amount: int, currency: str) -> Object:
    """A charge in the shape of success, captured; the caller changes what is otherwise, and keeps it."""
    charge = CHARGE.copy()
    charge["id"] = id = work.id("ch_" if card.method == "card" else "py_")  # noqa: A001
    charge["amount"] = charge["amount_captured"] = amount
    charge["billing_details"] = method["billing_details"]
    charge["created"] = work.now
    charge["currency"] = currency
    charge["customer"] = method["customer"]
    charge["outcome"] = APPROVED if card.risk_level == "normal" else {**APPROVED, "risk_level": card.risk_level}
    charge["payment_method"] = method["id"]
    charge["payment_method_details"] = CHARGE_FIELDS[card]
    charge["receipt_url"] = f"https://pay.stripe.com/receipts/payment/{id}"
    return charge


def decline(charge: Object, card: Card) -> None:
    """Give a charge the shape of a declined one."""
    blocked = card.outcome == "blocked"
    charge["amount_captured"] = 0
    charge["captured"] = False
    charge["failure_code"] = card.code
    charge["failure_message"] = card.message
    charge["outcome"] = {
        "advice_code": advice(card),
        "network_advice_code": None,
        "network_decline_code": None if blocked else "01",
        "network_status": "not_sent_to_network" if blocked else "declined_by_network",
        "reason": "highest_risk_level" if blocked else card.decline_code or card.code,
        "risk_level": card.risk_level,
        "risk_score": 95 if blocked else 12,
        "seller_message": (
            "Stripe blocked this payment as too risky." if blocked else "The bank did not return any further details."
        ),
        "type": "blocked" if blocked else "issuer_declined",
    }
    charge["paid"] = False
    charge["receipt_url"] = None
    charge["status"] = "failed"


def advice(card: Card) -> str:
    """What Stripe advises after a decline, in `advice_code`."""
    if card.decline_code in {"lost_card", "stolen_card", "fraudulent"}:
        return "do_not_try_again"
    return (
        "confirm_card_data" if card.code in {"incorrect_cvc", "expired_card", "incorrect_number"} else "try_again_later"
    )


def declined(work: Work, card: Card, charge_id: str | None, method: Object | None, intent: Object | None) -> Reply:
    """The 402 of a declined card, with everything that it carries."""
    return work.refuse(
        errors.error(work.call, 402, card.message, executed=True, **decline_details(card, charge_id, method, intent))
    )


def decline_details(card: Card, charge_id: str | None, method: Object | None, intent: Object | None) -> dict[str, Any]:
    """The fields of a card error, apart from its message and what every error has."""
    details: dict[str, Any] = {"type": "card_error", "code": card.code, "advice_code": advice(card)}
    if charge_id is not None:
        details["charge"] = charge_id
    if card.decline_code is not None:
        details["decline_code"] = card.decline_code
        details["network_decline_code"] = None if card.outcome == "blocked" else "01"
    if card.code in {"incorrect_cvc", "incorrect_number"}:
        details["param"] = "cvc" if card.code == "incorrect_cvc" else "number"
    if intent is not None:
        details["payment_intent"] = intent
    if method is not None:
        details["payment_method"] = method
    return details


def taken(work: Work, charge: Object) -> None:
    """Money was taken, or set aside: the effect that everybody counts, once for a charge."""
    work.effect("stripe.charge", charge, charge["metadata"])


def credit(work: Work, charge: Object, amount: int) -> None:
    """Book a captured amount, less Stripe's fee; it is pending at first, but for the test cards that bypass that."""
    card = work.state.cards.get(charge["payment_method"])
    bypasses = card is not None and card.bypasses
    kind = "charge" if charge["id"].startswith("ch_") else "payment"
    charge["balance_transaction"] = balance.book(work, kind, charge, amount, fee=fee_of(amount), waits=not bypasses)
    if bypasses:
        balance.tell_available(work)


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/charges: the older way, with `source=tok_…`."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/charges"])
    amount = required(call, given, "amount")
    currency = check_currency(call, required(call, given, "currency"))
    check_amount(call, amount, currency)
    source = given.get("source")
    if source is None and given.get("customer") is None:
        raise errors.invalid(call, "source", "Must provide source or customer.", "parameter_missing")
    card = TOKENS.get(source or "tok_visa")
    if card is None:
        raise errors.no_such(call, "token", str(source), "source", in_path=False)
    if given.get("customer"):
        living_customer(work, given["customer"])
    method = mint(work, card)
    charge = new_charge(work, card, method, amount, currency)
    charge["metadata"] = merged({}, given.get("metadata"))
    charge.update({name: value for name, value in given.items() if name in RESOURCES["charge"].stored})
    if not card.good:
        decline(charge, card)
        work.keep(charge)
        work.emit("charge.failed", charge)
        return declined(work, card, charge["id"], None, None)
    if given.get("capture") is False:
        _only_held(charge)
    else:
        credit(work, charge, amount)
    work.keep(charge)
    taken(work, charge)
    work.emit("charge.succeeded", charge)
    return work.reply(charge)


def _only_held(charge: Object) -> None:
    charge["amount_captured"] = 0
    charge["captured"] = False


def capture(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/charges/{id}/capture, for a charge that no PaymentIntent owns."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/charges/{id}/capture"])
    charge = crud.by_path(work, RESOURCES["charge"])
    if charge["payment_intent"] is not None:
        message = "This charge was created by a PaymentIntent. Capture the PaymentIntent instead."
        raise errors.wrong_state(call, message, "charge_invalid_parameter")
    if charge["captured"]:
        raise errors.wrong_state(call, f"Charge {charge['id']} has already been captured.", "charge_already_captured")
    if charge["refunded"] or charge["status"] != "succeeded":
        message = f"Charge {charge['id']} cannot be captured."
        raise errors.wrong_state(call, message, "charge_expired_for_capture")
    work.before_change(charge)
    capture_held(work, charge, given.get("amount") or charge["amount"], given)
    work.emit("charge.captured", charge)
    return work.reply(charge)


def capture_held(work: Work, charge: Object, amount: int, given: Mapping[str, Any]) -> None:
    """Take what was set aside, or a part of it."""
    if not 1 <= amount <= charge["amount"]:
        message = "The amount to capture must be positive and no more than the amount authorized."
        raise errors.invalid(work.call, "amount_to_capture", message, "amount_too_large")
    charge["amount_captured"] = amount
    charge["captured"] = True
    for name in ("statement_descriptor", "statement_descriptor_suffix", "transfer_group", "receipt_email"):
        if given.get(name):
            charge[name] = given[name]
    credit(work, charge, amount)


ROUTES: Final = (
    crud.route("POST", "/v1/charges", create),
    crud.listing("charge"),
    crud.searching("charge"),
    crud.retrieval("charge"),
    crud.update("charge"),
    crud.route("POST", "/v1/charges/{id}/capture", capture),
)
