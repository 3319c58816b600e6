"""Stripe's documented test inputs: card numbers, payment method and token aliases, and what each does.

Beside them stand the keys that Brownout itself gives a meaning, marked so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Card:
    """How a test card behaves, and how Stripe prints it."""

    number: str
    brand: str = "visa"
    code: str | None = None
    """The error code of its decline; None for a card that is good."""
    decline_code: str | None = None
    message: str = ""
    challenge: str = ""
    """`always`: every on-session payment asks for authentication. `unless_set_up`: not once it is saved for reuse."""
    attach_fails: bool = False
    """Attaching it to a customer is refused as a payment is."""
    attaches_only: bool = False
    """Attaching succeeds, a later payment fails."""
    refund: str = "succeeded"
    """How a refund to it ends: `succeeded`, `pending` (it succeeds later) or `failed` (later)."""
    disputed: bool = False
    risk_level: str = "normal"
    outcome: str = "authorized"
    delayed: str = ""
    """For methods that take days: how the payment ends, `succeeded` or `failed`; a card's answer comes at once."""
    method: str = "card"
    """The payment method's type."""

    @property
    def last4(self) -> str:
        """The last four digits."""
        return self.number[-4:]

    @property
    def good(self) -> bool:
        """Whether a payment with it succeeds, authentication aside."""
        return self.code is None


DECLINED = "Your card was declined."


def _declined(number: str, decline_code: str, message: str = DECLINED, **rest: Any) -> Card:
    return Card(number, code="card_declined", decline_code=decline_code, message=message, **rest)


ALIASES: Final[Mapping[str, Card]] = {
    "pm_card_visa": Card("4242424242424242"),
    "pm_card_visa_debit": Card("4000056655665556"),
    "pm_card_mastercard": Card("5555555555554444", brand="mastercard"),
    "pm_card_mastercard_debit": Card("5200828282828210", brand="mastercard"),
    "pm_card_amex": Card("378282246310005", brand="amex"),
    "pm_card_discover": Card("6011111111111117", brand="discover"),
    "pm_card_diners": Card("3056930009020004", brand="diners"),
    "pm_card_jcb": Card("3566002020360505", brand="jcb"),
    "pm_card_unionpay": Card("6200000000000005", brand="unionpay"),
    "pm_card_visa_chargeDeclined": _declined("4000000000000002", "generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": _declined(
        "4000000000009995", "insufficient_funds", "Your card has insufficient funds."
    ),
    "pm_card_visa_chargeDeclinedLostCard": _declined("4000000000009987", "lost_card"),
    "pm_card_visa_chargeDeclinedStolenCard": _declined("4000000000009979", "stolen_card"),
    "pm_card_chargeDeclinedExpiredCard": Card(
        "4000000000000069", code="expired_card", message="Your card has expired."
    ),
    "pm_card_chargeDeclinedIncorrectCvc": Card(
        "4000000000000127", code="incorrect_cvc", message="Your card's security code is incorrect."
    ),
    "pm_card_chargeDeclinedProcessingError": Card(
        "4000000000000119",
        code="processing_error",
        message="An error occurred while processing your card. Try again in a little bit.",
    ),
    "pm_card_authenticationRequiredOnSetup": Card("4000002500003155", challenge="unless_set_up"),
    "pm_card_authenticationRequired": Card("4000002760003184", challenge="always"),
    "pm_card_threeDSecure2Required": Card("4000000000003220", challenge="always"),
    "pm_card_chargeCustomerFail": _declined("4000000000000341", "generic_decline", attaches_only=True),
    "pm_card_createDispute": Card("4000000000000259", disputed=True),
    "pm_card_radarBlock": _declined(
        "4100000000000019", "fraudulent", risk_level="highest", outcome="blocked", attach_fails=True
    ),
    "pm_card_pendingRefund": Card("4000000000007726", refund="pending"),
    "pm_card_refundFail": Card("4000000000005126", refund="failed"),
    "pm_usBankAccount_success": Card("000123456789", brand="", delayed="succeeded", method="us_bank_account"),
    "pm_usBankAccount_insufficientFunds": Card(
        "000222222227",
        brand="",
        delayed="failed",
        method="us_bank_account",
        code="insufficient_funds",
        message="The customer's account has insufficient funds to cover this payment.",
    ),
}
"""Payment method aliases: they work wherever a payment method's id does, and make a new one each time."""

INCORRECT_NUMBER: Final = Card("4242424242424241", code="incorrect_number", message="Your card number is incorrect.")

CARDS: Final[Mapping[str, Card]] = {card.number: card for card in (*ALIASES.values(), INCORRECT_NUMBER)}

TOKENS: Final[Mapping[str, Card]] = {
    "tok_" + alias.removeprefix("pm_card_"): card for alias, card in ALIASES.items() if alias.startswith("pm_card_")
}
"""The older sources of `POST /v1/charges`: `tok_visa`, `tok_visa_chargeDeclined` …"""

BAD_KEYS: Final[Mapping[str, str]] = {
    "sk_test_invalid": "invalid",
    "sk_test_expired": "expired",
    "rk_test_forbidden": "forbidden",
}
"""Brownout's own: a key that begins so is refused. 401, 401 `api_key_expired`, 403."""


def describe(card: Card) -> str:
    """What paying with a card does, in a few words."""
    if card.delayed:
        return f"processing, then {card.delayed} some seconds later"
    if card.attaches_only:
        return "attaches, then 402 card_declined when it is charged"
    if card.code is not None:
        return f"402 {card.code}" + (f" / {card.decline_code}" if card.decline_code else "")
    if card.challenge:
        return "requires_action (3D Secure)" + (" until it is set up for reuse" if card.challenge != "always" else "")
    if card.refund != "succeeded":
        return f"succeeds; a refund is pending, then {'succeeds' if card.refund == 'pending' else 'fails'}"
    return "succeeds; the charge is disputed" if card.disputed else "succeeds"


MAGIC: Final[Mapping[str, str]] = {
    **{alias: f"{card.number}: {describe(card)}" for alias, card in ALIASES.items()},
    INCORRECT_NUMBER.number: describe(INCORRECT_NUMBER),
    "sk_test_invalid…": "401 Invalid API Key",
    "sk_test_expired…": "401 api_key_expired",
    "rk_test_forbidden…": "403, the restricted key lacks a permission",
}
