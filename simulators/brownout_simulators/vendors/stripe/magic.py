"""Stripe's documented test inputs: card numbers, payment method and token aliases, and what each does.

Beside them stand the keys that Brownout itself gives a meaning, marked so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """How a test card or account behaves, and how Stripe prints it. Each is one of its kind."""

    number: str
    brand: str = "visa"
    code: str | None = None
    """The error code of its decline; None for a card that is good."""
    decline_code: str | None = None
    message: str = ""
    challenge: str = ""
    """`always`: every on-session payment asks for authentication. `unless_set_up`: not once it is saved for reuse.
    `on_session`: as if it were saved, so that payments while nobody is there need none."""
    attach_fails: bool = False
    """Attaching it to a customer is refused as a payment is."""
    attaches_only: bool = False
    """Attaching succeeds, a later payment fails."""
    refund: str = "succeeded"
    """How a refund to it ends: `succeeded`, `pending` (it succeeds later) or `failed` (later)."""
    disputed: str = ""
    """The reason for which its payments are disputed (`inquiry` for one that only asks); none where empty."""
    risk_level: str = "normal"
    outcome: str = "authorized"
    delayed: str = ""
    """For methods that take days: how the payment ends, `succeeded`, `failed` or `never`; a card's answer comes at
    once."""
    delay_s: float = 3.0
    method: str = "card"
    """The payment method's type."""
    country: str = "US"
    funding: str = "credit"
    failing: str = ""
    """Its checks that fail, by name: `cvc line1 zip`; `unchecked` for those that nobody can make."""
    bypasses: bool = False
    """What it pays is available at once, and not pending first."""
    alias: str = ""
    """The test id of a payment method with it; empty where there is only the number."""

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


def _error(number: str, code: str, message: str, **rest: Any) -> Card:
    return Card(number, code=code, message=message, **rest)


_INSUFFICIENT: Final = "Your card has insufficient funds."
_PROCESSING: Final = "An error occurred while processing your card. Try again in a little bit."

_BRANDS: Final = """
visa 4242424242424242 visa credit
visa_debit 4000056655665556 visa debit
mastercard 5555555555554444 mastercard credit
- 2223003122003222 mastercard credit
mastercard_debit 5200828282828210 mastercard debit
mastercard_prepaid 5105105105105100 mastercard prepaid
amex 378282246310005 amex credit
- 371449635398431 amex credit
discover 6011111111111117 discover credit
- 6011000990139424 discover credit
- 6011981111111113 discover debit
diners 3056930009020004 diners credit
- 36227206271667 diners credit
- 6555900000604105 discover credit
jcb 3566002020360505 jcb credit
unionpay 6200000000000005 unionpay credit
- 6200000000000047 unionpay debit
- 6205500000000000004 unionpay credit
visa_cartesBancaires 4000002500001001 visa credit
mastercard_cartesBancaires 5555552500001001 mastercard credit
visa_debit_eftposAuCoBranded 4000050360000001 visa debit
mastercard_debit_eftposAuCoBranded 5555050360000080 mastercard debit
"""
"""Alias (`-`: the number has none), number, brand, funding."""

_COUNTRIES: Final = """
us 4242424242424242 ar 4000000320000021 br 4000000760000002 ca 4000001240000000 cl 4000001520000001 co 4000001700000003
cr 4000001880000005 ec 4000002180000000 mx 4000004840008001 pa 4000005910000000 py 4000006000000066 pe 4000006040000068
uy 4000008580000003 ae 4000007840000001 at 4000000400000008 be 4000000560000004 bg 4000001000000000 by 4000001120000005
hr 4000001910000009 cy 4000001960000008 cz 4000002030000002 dk 4000002080000001 ee 4000002330000009 fi 4000002460000001
fr 4000002500000003 de 4000002760000016 gi 4000002920000005 gr 4000003000000030 hu 4000003480000005 ie 4000003720000005
it 4000003800000008 lv 4000004280000005 li 4000004380000004 lt 4000004400000000 lu 4000004420000006 mt 4000004700000007
nl 4000005280000002 no 4000005780000007 pl 4000006160000005 pt 4000006200000007 ro 4000006420000001 sa 4000006820000007
si 4000007050000006 sk 4000007030000001 es 4000007240000007 se 4000007520000008 ch 4000007560000009 gb 4000008260000000
gb_debit 4000058260000005 gb_mastercard 5555558265554449 ae_mastercard 5200007840000022 au 4000000360000006
cn 4000001560000002 hk 4000003440000004 in 4000003560000008 jp 4000003920000003 jp_jcb 3530111333300000
my 4000004580000002 nz 4000005540000008 sg 4000007020000003 tw 4000001580000008 th_credit 4000007640000003
th_debit 4000057640000008
"""
"""Alias and number of a card of each country."""


def _by_brand() -> Iterator[Card]:
    for line in _BRANDS.strip().splitlines():
        alias, number, brand, funding = line.split()
        named = "" if alias == "-" else f"pm_card_{alias}"
        country = {"cartesBancaires": "FR", "eftposAuCoBranded": "AU"}.get(alias.rpartition("_")[2], "US")
        yield Card(number, brand=brand, funding=funding, country=country, alias=named)


def _by_country() -> Iterator[Card]:
    words = _COUNTRIES.split()
    for alias, number in zip(words[::2], words[1::2], strict=True):
        brand = {"mastercard": "mastercard", "jcb": "jcb"}.get(alias.partition("_")[2], "visa")
        funding = "debit" if alias.endswith("_debit") else "credit"
        yield Card(number, brand=brand, funding=funding, country=alias[:2].upper(), alias=f"pm_card_{alias}")


_MISBEHAVING: Final[Mapping[str, Card]] = {
    "pm_card_visa_chargeDeclined": _declined("4000000000000002", "generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": _declined("4000000000009995", "insufficient_funds", _INSUFFICIENT),
    "pm_card_visa_chargeDeclinedLostCard": _declined("4000000000009987", "lost_card"),
    "pm_card_visa_chargeDeclinedStolenCard": _declined("4000000000009979", "stolen_card"),
    "pm_card_chargeDeclinedExpiredCard": _error("4000000000000069", "expired_card", "Your card has expired."),
    "pm_card_chargeDeclinedIncorrectCvc": _error(
        "4000000000000127", "incorrect_cvc", "Your card's security code is incorrect.", failing="cvc"
    ),
    "pm_card_chargeDeclinedProcessingError": _error("4000000000000119", "processing_error", _PROCESSING),
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": _declined(
        "4000000000006975",
        "card_velocity_exceeded",
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
    ),
    "pm_card_chargeCustomerFail": _declined("4000000000000341", "generic_decline", attaches_only=True),
    "pm_card_radarBlock": _declined(
        "4100000000000019", "fraudulent", risk_level="highest", outcome="blocked", attach_fails=True
    ),
    # Whether it is blocked is a matter of the account's rules; by default it is.
    "pm_card_riskLevelHighest": _declined(
        "4000000000004954", "fraudulent", risk_level="highest", outcome="blocked", attaches_only=True
    ),
    "pm_card_riskLevelElevated": Card("4000000000009235", risk_level="elevated"),
    "pm_card_cvcCheckFail": Card("4000000000000101", failing="cvc"),
    "pm_card_avsZipFail": Card("4000000000000036", failing="zip"),
    "pm_card_cvcCheckFailElevatedRisk": Card("4000058400307872", failing="cvc", risk_level="elevated"),
    "pm_card_avsZipFailElevatedRisk": Card("4000058400306072", failing="zip", risk_level="elevated"),
    "pm_card_avsLine1Fail": Card("4000000000000028", failing="line1"),
    "pm_card_avsFail": Card("4000000000000010", failing="line1 zip"),
    "pm_card_avsUnchecked": Card("4000000000000044", failing="unchecked"),
    "pm_card_authenticationRequiredOnSetup": Card("4000002500003155", challenge="unless_set_up"),
    "pm_card_authenticationRequired": Card("4000002760003184", challenge="always"),
    "pm_card_authenticationRequiredSetupForOffSession": Card("4000003800000446", challenge="on_session"),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": _declined(
        "4000008260003178", "insufficient_funds", _INSUFFICIENT, challenge="always", attaches_only=True
    ),
    "pm_card_threeDSecure2Required": Card("4000000000003220", challenge="always"),
    "pm_card_threeDSecureRequired": Card("4000000000003063", challenge="always"),
    "pm_card_threeDSecureRequiredChargeDeclined": _declined(
        "4000008400001629", "generic_decline", challenge="always", attaches_only=True
    ),
    "pm_card_threeDSecureRequiredProcessingError": _error(
        "4000008400001280", "processing_error", _PROCESSING, challenge="always", attaches_only=True
    ),
    "pm_card_threeDSecureOptional": Card("4000000000003055"),
    "pm_card_threeDSecureOptionalProcessingError": Card("4000000000003097"),
    "pm_card_amex_threeDSecureNotSupported": Card("378282246310005", brand="amex"),
    "pm_card_createDispute": Card("4000000000000259", disputed="fraudulent"),
    "pm_card_createDisputeProductNotReceived": Card("4000000000002685", disputed="product_not_received"),
    "pm_card_createDisputeInquiry": Card("4000000000001976", disputed="inquiry"),
    "pm_card_createCe3EligibleDispute": Card("4000000404000038", disputed="fraudulent"),
    "pm_card_createComplianceDispute": Card("4000008400000779", disputed="noncompliant"),
    "pm_card_pendingRefund": Card("4000000000007726", refund="pending"),
    "pm_card_refundFail": Card("4000000000005126", refund="failed"),
    "pm_card_bypassPending": Card("4000000000000077", bypasses=True),
    "pm_card_bypassPendingInternational": Card("4000003720000278", bypasses=True, country="IE"),
}


def _account(number: str, code: str = "", message: str = "", *, ends: str = "", **rest: Any) -> Card:
    """A bank account: its answer comes later."""
    failed: dict[str, Any] = {"code": code, "message": message} if code else {}
    return Card(number, brand="", delayed=ends or ("failed" if code else "succeeded"), **failed, **rest)


_ACH: Final = {"method": "us_bank_account"}
_SEPA: Final = {"method": "sepa_debit"}
_NO_FUNDS: Final = "The customer's account has insufficient funds to cover this payment."

_BANKS: Final[Mapping[str, Card]] = {
    "pm_usBankAccount_success": _account("000123456789", **_ACH),
    "pm_usBankAccount_accountClosed": _account(
        "000111111113", "account_closed", "The customer's bank account has been closed.", **_ACH
    ),
    "pm_usBankAccount_noAccount": _account(
        "000111111116", "no_account", "The customer's bank account could not be located.", **_ACH
    ),
    "pm_usBankAccount_insufficientFunds": _account("000222222227", "insufficient_funds", _NO_FUNDS, **_ACH),
    "pm_usBankAccount_debitNotAuthorized": _account(
        "000333333335", "debit_not_authorized", "The customer has notified their bank of an unknown debit.", **_ACH
    ),
    "pm_usBankAccount_invalidCurrency": _account(
        "000444444440", "invalid_currency", "The bank account does not take this currency.", **_ACH
    ),
    "pm_usBankAccount_dispute": _account("000555555559", disputed="fraudulent", **_ACH),
    "pm_usBankAccount_processing": _account("000000000009", ends="never", **_ACH),
}

SLOW_S: Final = 180.0
"""Some test IBANs are answered three minutes later (Stripe's page "SEPA Direct Debit: test")."""

IBANS: Final[Mapping[str, Card]] = {
    **{number: _account(number, country=number[:2], **_SEPA) for number in (
        "AT611904300234573201", "DE89370400440532013000", "FR1420041010050500013M02606", "ES0700120345030000067890",
        "NL39RABO0300065264", "IE29AIBK93115212345678", "BE62510007547061",
    )},
    **{number: _account(number, country=number[:2], delay_s=SLOW_S, **_SEPA) for number in (
        "AT321904300235473204", "DE08370400440532013003",
    )},
    **{number: _account(number, "generic_decline", DECLINED, country=number[:2], **_SEPA) for number in (
        # The last one by Stripe's own sequence for `checkout.session.async_payment_failed`.
        "AT861904300235473202", "DE62370400440532013001", "IT60X0542811101000000123456",
    )},
    **{number: _account(number, "generic_decline", DECLINED, country=number[:2], delay_s=SLOW_S, **_SEPA) for number in
       (
        "AT051904300235473205", "DE78370400440532013004",
    )},
    **{number: _account(number, country=number[:2], disputed="fraudulent", **_SEPA) for number in (
        "AT591904300235473203", "DE35370400440532013002",
    )},
    **{number: _account(number, "insufficient_funds", _NO_FUNDS, country=number[:2], **_SEPA) for number in (
        "AT601904300000121212", "DE27370400440000121212",
    )},
}  # fmt: skip
"""Test accounts of SEPA direct debit, which have no aliases."""

TRANSFER: Final = Card("customer_balance", brand="", method="customer_balance")
"""What a customer's cash balance pays with; it has no number."""

_HONOURED: Final = (*_by_brand(), *_by_country())

ALIASES: Final[Mapping[str, Card]] = {
    **{card.alias: card for card in _HONOURED if card.alias},
    **{alias: replace(card, alias=alias) for alias, card in {**_MISBEHAVING, **_BANKS}.items()},
    # The older names of the declines, which Stripe still knows.
    **{
        alias.replace("pm_card_visa_", "pm_card_"): replace(card, alias=alias)
        for alias, card in _MISBEHAVING.items()
        if alias.startswith("pm_card_visa_")
    },
    "pm_card_chargeDeclinedFraudulent": _MISBEHAVING["pm_card_radarBlock"],
}
"""Payment method aliases: they work wherever a payment method's id does, and make a new one each time."""

INCORRECT_NUMBER: Final = Card("4242424242424241", code="incorrect_number", message="Your card number is incorrect.")

CARDS: Final[Mapping[str, Card]] = {
    card.number: card for card in (*reversed(_HONOURED), *ALIASES.values(), INCORRECT_NUMBER, *_HONOURED[:1])
}
"""By number. A number that is a brand's and a country's is the brand's."""

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


NOT_EMULATED: Final[Mapping[str, str]] = {
    "pm_card_createIssuerFraudRecord": "early fraud warnings are no objects here",
    "pm_card_createMultipleDisputes": "a charge is disputed once",
    "pm_card_createMastercardComplianceDispute": "there are no rules of a network",
    "pm_card_createAutoRepresentmentEligibleDispute": "evidence is not written by itself",
    "4000582600000094": "one of four ways of a challenge in a mobile app: there is one, and nobody sees it",
    "4000582600000102": "as above",
    "4000582600000110": "as above",
    "4000582600000045": "as above",
    "4000000000001208": "a captcha in a browser",
    "4000000000003725": "a captcha in a browser",
    "4001007020000002": "a PIN at a terminal",
    "4000008260000075": "a PIN at a terminal",
    "4001000360000005": "a PIN at a terminal",
    "4000000320003123": "a frictionless challenge: nobody sees one here",
    "pm_usBankAccount_failedUponUse": "microdeposits are not made",
}
"""Documented inputs that do nothing here, and why."""


def emulated() -> int:
    """How many of the documented inputs do here what they do at Stripe."""
    return len({*ALIASES, *IBANS, *(card.number for card in _HONOURED if not card.alias), INCORRECT_NUMBER.number})


def describe(card: Card) -> str:
    """What paying with a card does, in a few words."""
    if card.delayed:
        late = "some seconds" if card.delay_s < SLOW_S else "three minutes"
        ending = "for ever" if card.delayed == "never" else f"then {card.delayed} {late} later"
        return f"processing, {ending}" + ("; the payment is disputed" if card.disputed else "")
    return _refused(card) if card.code is not None else _honoured(card)


def _refused(card: Card) -> str:
    said = f"402 {card.code}" + (f" / {card.decline_code}" if card.decline_code else "")
    if card.challenge:
        return f"requires_action (3D Secure), then {said}"
    if card.outcome == "blocked":
        return f"{said}, blocked"
    return f"attaches, then {said} when it is charged" if card.attaches_only else said


def _honoured(card: Card) -> str:
    if card.challenge:
        unless = {"unless_set_up": " until it is set up for reuse", "on_session": " unless nobody is there"}
        return "requires_action (3D Secure)" + unless.get(card.challenge, "")
    late = "succeeds" if card.refund == "pending" else "fails"
    besides = {
        f"a refund is pending, then {late}": card.refund != "succeeded",
        "then an inquiry": card.disputed == "inquiry",
        f"then disputed as {card.disputed}": card.disputed not in {"", "inquiry"},
        "nothing is checked": card.failing == "unchecked",
        f"checks fail: {card.failing}": card.failing not in {"", "unchecked"},
        f"the risk is {card.risk_level}": card.risk_level != "normal",
        "the money is available at once": card.bypasses,
    }
    return "; ".join(["succeeds", *(said for said, is_so in besides.items() if is_so)])


MAGIC: Final[Mapping[str, str]] = {
    **{alias: f"{card.number}: {describe(card)}" for alias, card in ALIASES.items()},
    **{card.number: describe(card) for card in _HONOURED if not card.alias},
    **{number: describe(card) for number, card in IBANS.items()},
    INCORRECT_NUMBER.number: describe(INCORRECT_NUMBER),
    "exp_year in the past, exp_month 13, cvc of two digits": "402 invalid_expiry_…, invalid_cvc",
    "evidence[uncategorized_text]=winning_evidence": "the dispute is won; with losing_evidence it is lost",
    "sk_test_invalid…": "401 Invalid API Key",
    "sk_test_expired…": "401 api_key_expired",
    "rk_test_forbidden…": "403, the restricted key lacks a permission",
    "pk_test_…": "403 secret_key_required",
    "documented inputs": f"{emulated()} of {emulated() + len(NOT_EMULATED)} are emulated",
}
