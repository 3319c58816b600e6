"""Amounts and currencies: what can be charged at all."""

from brownout_simulators.call import Call
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.resources import CURRENCIES, MAXIMUM, MINIMUM


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
        message = f"Amount must be at least {MINIMUM[currency] / 100:.2f} {currency}"
        raise errors.invalid(call, param, message, "amount_too_small")
    if amount > MAXIMUM:
        message = f"Amount must be no more than {MAXIMUM / 100:,.2f} {currency}"
        raise errors.invalid(call, param, message, "amount_too_large")
