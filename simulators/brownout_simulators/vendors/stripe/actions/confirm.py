"""What happens when a PaymentIntent is confirmed: the state machine, and the card's answer.

requires_payment_method ─▶ requires_confirmation ─▶ (confirm) ─▶ succeeded | requires_capture | processing
            ▲                        ▲                   │
            └────── declined ────────┴── requires_action ◀┘
"""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import charges, customer_balance, disputes, payment_methods
from brownout_simulators.vendors.stripe.magic import Card
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work

RPM: Final = "requires_payment_method"
RC: Final = "requires_confirmation"
RA: Final = "requires_action"
HELD: Final = "requires_capture"
PROCESSING: Final = "processing"
SUCCEEDED: Final = "succeeded"
CANCELED: Final = "canceled"

CONFIRMABLE: Final = (RPM, RC, RA)

TRANSITIONS: Final[Mapping[tuple[str, str], str]] = {
    **{(status, "method_given"): RC for status in (RPM, RC, RA)},
    **{(status, "paid"): SUCCEEDED for status in (*CONFIRMABLE, PROCESSING)},
    **{(status, "held"): HELD for status in CONFIRMABLE},
    **{(status, "challenged"): RA for status in CONFIRMABLE},
    **{(status, "submitted"): PROCESSING for status in CONFIRMABLE},
    **{(status, "declined"): RPM for status in (*CONFIRMABLE, PROCESSING)},
    (HELD, "captured"): SUCCEEDED,
    **{(status, "canceled"): CANCELED for status in (*CONFIRMABLE, HELD)},
}
"""(status, what happened) to the next status; what is not here cannot happen."""

MAY: Final[Mapping[str, tuple[str, ...]]] = {
    "confirm": CONFIRMABLE,
    "capture": (HELD,),
    "cancel": (*CONFIRMABLE, HELD),
    "increment": (HELD,),
    "update": CONFIRMABLE,
}
"""Which statuses a caller's action may start from."""

PARTICIPLE: Final = {
    "confirm": "confirmed",
    "capture": "captured",
    "cancel": "canceled",
    "increment": "incremented",
    "update": "updated",
}
UNEXPECTED: Final = "payment_intent_unexpected_state"
AUTHORISATION_S: Final = 7 * 86_400.0


def require(work: Work, intent: Object, action: str) -> None:
    """Refuse an action that the intent's status does not allow, naming the ones that do."""
    if intent["status"] not in MAY[action]:
        participle = PARTICIPLE[action]
        message = (
            f"This PaymentIntent could not be {participle} because it has a status of {intent['status']}. Only a "
            f"PaymentIntent with one of the following statuses may be {participle}: {', '.join(MAY[action])}."
        )
        raise errors.wrong_state(work.call, message, UNEXPECTED, payment_intent=intent)


def move(intent: Object, happened: str) -> None:
    """Take the intent to its next status; `KeyError` where the table has none."""
    intent["status"] = TRANSITIONS[intent["status"], happened]


def check(work: Work, intent: Object, given: Mapping[str, Any]) -> Card:
    """The card that is to be asked; refuses, before anything has happened, what cannot be confirmed as it is."""
    method_id = intent["payment_method"]
    if method_id is None:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method or ConfirmationToken."
        )
        raise errors.wrong_state(work.call, message, UNEXPECTED, payment_intent=intent)
    automatic = intent["automatic_payment_methods"]
    if automatic is not None and automatic["allow_redirects"] != "never" and not given.get("return_url"):
        message = (
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of "
            "these payment methods might redirect your customer off of your page, you must provide a `return_url`. If "
            "you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to "
            "`true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and "
            "Payment Intents."
        )
        raise errors.invalid(work.call, "return_url", message)
    return payment_methods.card_of(work, method_id)


def confirm(work: Work, intent: Object, given: Mapping[str, Any]) -> Reply | None:
    """Attempt the payment. None if it went as far as it can for now; else the refusal to answer with."""
    card = check(work, intent, given)
    if card.method == "customer_balance":
        _await_transfer(work, intent)
        return None
    if card.challenge and _asks(work, intent, given, card):
        if given.get("off_session") or given.get("error_on_requires_action"):
            return attempt(work, intent, charges.AUTHENTICATION)
        _challenge(work, intent, given.get("return_url"))
        return None
    return attempt(work, intent, card)


def _await_transfer(work: Work, intent: Object) -> None:
    """A payment from the customer's cash balance: it waits for a bank transfer, as far as the balance falls short."""
    customer = payment_methods.living_customer(work, intent["customer"] or "")
    move(intent, "challenged")
    intent["next_action"] = {
        "display_bank_transfer_instructions": {
            "amount_remaining": intent["amount"],
            "currency": intent["currency"],
            "financial_addresses": [],
            "hosted_instructions_url": f"{work.account.base_url}/i/{intent['id']}",
            "reference": intent["id"][-12:].upper(),
            "type": "us_bank_transfer",
        },
        "type": "display_bank_transfer_instructions",
    }
    work.state.awaited.setdefault(customer["id"], {})[intent["id"]] = None
    reconcile(work, intent, customer)
    if intent["status"] == RA:
        work.emit("payment_intent.requires_action", intent)


def reconcile(work: Work, intent: Object, customer: Object) -> None:
    """Pay what a waiting intent asks for, from the customer's cash balance, as far as that goes."""
    waiting = work.state.awaited.get(customer["id"], {})
    if intent["status"] != RA or intent["next_action"]["type"] != "display_bank_transfer_instructions":
        waiting.pop(intent["id"], None)
        return
    asked = intent["next_action"]["display_bank_transfer_instructions"]
    taken = min(asked["amount_remaining"], work.state.cash.get(customer["id"], {}).get(intent["currency"], 0))
    if taken <= 0:
        return
    applied = {"payment_intent": intent["id"]}
    customer_balance.move_cash(
        work, customer, -taken, intent["currency"], "applied_to_payment", applied_to_payment=applied
    )
    left = asked["amount_remaining"] - taken
    if left:
        details = {**asked, "amount_remaining": left}
        intent["next_action"] = {**intent["next_action"], "display_bank_transfer_instructions": details}
        work.emit("payment_intent.partially_funded", intent)
        return
    waiting.pop(intent["id"], None)
    attempt(work, intent, payment_methods.card_of(work, intent["payment_method"]))


def _asks(work: Work, intent: Object, given: Mapping[str, Any], card: Card) -> bool:
    """Whether the card asks for authentication now."""
    if card.challenge == "unless_set_up":
        return intent["payment_method"] not in work.state.set_up
    return card.challenge == "always" or not given.get("off_session")


def _challenge(work: Work, intent: Object, return_url: str | None) -> None:
    move(intent, "challenged")
    url = f"{work.account.base_url}/v1/test_helpers/payment_intents/{intent['id']}/authenticate"
    if return_url:
        intent["next_action"] = {
            "redirect_to_url": {"return_url": return_url, "url": url},
            "type": "redirect_to_url",
        }
    else:
        intent["next_action"] = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"source": work.id("src_"), "stripe_js": url, "type": "three_d_secure_redirect"},
        }
    work.emit("payment_intent.requires_action", intent)


def attempt(work: Work, intent: Object, card: Card) -> Reply | None:
    """Ask the card, which has nothing more to ask for itself."""
    method = work.state.of["payment_method"].get(intent["payment_method"])
    assert method is not None  # an intent names only methods that were found  # noqa: S101
    behind = work.state.cards[method["id"]]
    charge = charges.new_charge(work, behind, method, intent["amount"], intent["currency"])
    _inherit(charge, intent)
    intent["latest_charge"] = charge["id"]
    intent["next_action"] = None
    if card.delayed:
        _submit(work, intent, charge, card)
        return None
    if not card.good:
        return _decline(work, intent, charge, card, method)
    intent["last_payment_error"] = None
    if method["customer"] is None and intent["customer"] is None:
        work.state.spent[method["id"]] = None
    if intent["capture_method"] == "manual":
        _hold(work, intent, charge)
    else:
        _take(work, intent, charge)
    if intent["setup_future_usage"] is not None:
        work.state.set_up[method["id"]] = True
        if intent["customer"] is not None:
            payment_methods.adopt(work, method, intent["customer"])
    return None


_INHERITED: Final = (
    "application_fee_amount", "customer", "description", "metadata", "on_behalf_of", "receipt_email", "shipping",
    "statement_descriptor", "statement_descriptor_suffix", "transfer_group",
)  # fmt: skip


def _inherit(charge: Object, intent: Object) -> None:
    charge["payment_intent"] = intent["id"]
    for name in _INHERITED:
        charge[name] = intent[name]


def _take(work: Work, intent: Object, charge: Object) -> None:
    move(intent, "paid")
    intent["amount_received"] = intent["amount"]
    charges.credit(work, charge, charge["amount"])
    work.keep(charge)
    charges.taken(work, charge)
    work.emit("charge.succeeded", charge)
    work.emit("payment_intent.succeeded", intent)
    _go_on(work, intent)
    card = work.state.cards[charge["payment_method"]]
    if card.disputed:
        disputes.expect(work, charge, card)


def _go_on(work: Work, intent: Object) -> None:
    then = work.state.then.pop(intent["id"], None) if work.state.then else None
    if then is not None:
        then(work)


def _hold(work: Work, intent: Object, charge: Object) -> None:
    move(intent, "held")
    intent["amount_capturable"] = intent["amount"]
    charge["amount_captured"] = 0
    charge["captured"] = False
    work.keep(charge)
    charges.taken(work, charge)
    work.emit("charge.succeeded", charge)
    work.emit("payment_intent.amount_capturable_updated", intent)
    account, id = work.account, intent["id"]  # noqa: A001
    account.later(AUTHORISATION_S, lambda: _lapse(account, id))


def _decline(work: Work, intent: Object, charge: Object, card: Card, method: Object) -> Reply:
    charges.decline(charge, card)
    work.keep(charge)
    _fail(intent, charge["id"], card, method)
    work.emit("charge.failed", charge)
    work.emit("payment_intent.payment_failed", intent)
    return charges.declined(work, card, charge["id"], method, intent)


def _fail(intent: Object, charge_id: str, card: Card, method: Object) -> None:
    move(intent, "declined")
    intent["payment_method"] = None
    intent["processing"] = None
    details = charges.decline_details(card, charge_id, method, None)
    details["doc_url"] = errors.DOCS + (card.code or "").replace("_", "-")
    details["message"] = card.message
    intent["last_payment_error"] = details


def _submit(work: Work, intent: Object, charge: Object, card: Card) -> None:
    """A method that takes its time: the answer comes later, by event."""
    move(intent, "submitted")
    charge.update(status="pending", captured=False, paid=False, amount_captured=0)
    work.keep(charge)
    work.emit("charge.pending", charge)
    work.emit("payment_intent.processing", intent)
    account, id = work.account, intent["id"]  # noqa: A001
    if card.delayed != "never":
        account.later(card.delay_s, lambda: _resolve(account, id, card))


def _resolve(account: StripeAccount, id: str, card: Card) -> Aftermath | None:  # noqa: A002
    work = Work(None, account)
    intent = account.state.of["payment_intent"].get(id)
    charge = intent and account.state.of["charge"].get(intent["latest_charge"])
    if intent is None or charge is None or intent["status"] != PROCESSING:
        return None
    work.before_change(intent)
    work.before_change(charge)
    if card.delayed == "succeeded":
        move(intent, "paid")
        intent["amount_received"] = intent["amount"]
        charge.update(status="succeeded", captured=True, paid=True, amount_captured=charge["amount"])
        charges.credit(work, charge, charge["amount"])
        charges.taken(work, charge)
        work.emit("charge.succeeded", charge)
        work.emit("payment_intent.succeeded", intent)
        _go_on(work, intent)
        if card.disputed:
            disputes.expect(work, charge, card)
    else:
        method = account.state.of["payment_method"].get(intent["payment_method"])
        charges.decline(charge, card)
        _fail(intent, charge["id"], card, method or {})
        work.emit("charge.failed", charge)
        work.emit("payment_intent.payment_failed", intent)
        otherwise = account.state.otherwise.pop(id, None)
        if otherwise is not None:
            otherwise(work)
    return work.aftermath()


def _lapse(account: StripeAccount, id: str) -> Aftermath | None:  # noqa: A002
    """An authorisation that nobody captured in a week ends."""
    intent = account.state.of["payment_intent"].get(id)
    if intent is None or intent["status"] != HELD:
        return None
    work = Work(None, account)
    work.before_change(intent)
    release(work, intent, "automatic", "charge.expired")
    return work.aftermath()


def release(work: Work, intent: Object, reason: str | None, told: str) -> None:
    """Cancel an intent, and give back what it held."""
    held = intent["status"] == HELD
    move(intent, "canceled")
    intent.update(canceled_at=work.now, cancellation_reason=reason, amount_capturable=0, next_action=None)
    charge = work.state.of["charge"].get(intent["latest_charge"]) if held else None
    if charge is not None:
        work.change(charge, {"amount_refunded": charge["amount"], "refunded": True})
        work.emit(told, charge)
    work.emit("payment_intent.canceled", intent)
