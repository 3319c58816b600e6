"""Amounts and currencies: what can be charged at all."""

from collections.abc import Mapping
from typing import Final

from brownout_simulators.call import Call
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.resource import words
from brownout_simulators.vendors.stripe.resources import CURRENCIES, MAXIMUM, MINIMUM

SYMBOLS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("aud", "cad", "hkd", "mxn", "nzd", "sgd", "usd"), "$"),
    "eur": "€",
    "gbp": "£",
    "inr": "₹",
    "jpy": "¥",
}
WHOLE: Final = words("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf")
"""Currencies without a minor unit."""


def written(amount: int, currency: str) -> str:
    """An amount as messages write it: `$0.50 usd`."""
    number = f"{amount:,}" if currency in WHOLE else f"{amount / 100:,.2f}"
    return f"{SYMBOLS.get(currency, '')}{number} {currency}"


def check_currency(call: Call, currency: str) -> str:
    """A three-letter code that Stripe supports, in lower case."""
    lower = currency if currency in CURRENCIES else currency.lower()
    if lower not in CURRENCIES:
        supported = ", ".join(sorted(CURRENCIES))
        message = f"Invalid currency: {currency}. Stripe currently supports these currencies: {supported}"
        raise errors.invalid(call, "currency", message)
    return lower


def check_amount(call: Call, amount: int, currency: str, param: str = "amount") -> None:
    """At least 1, at least the currency's minimum, at most eight digits; in the currency's minor unit."""
    if amount < 1:
        code = "parameter_invalid_integer"
        raise errors.invalid(call, param, "This value must be greater than or equal to 1.", code)
    if amount < MINIMUM.get(currency, 1):
        message = f"Amount must be at least {written(MINIMUM[currency], currency)}"
        raise errors.invalid(call, param, message, "amount_too_small")
    if amount > MAXIMUM:
        message = f"Amount must be no more than {written(MAXIMUM, currency)}"
        raise errors.invalid(call, param, message, "amount_too_large")
