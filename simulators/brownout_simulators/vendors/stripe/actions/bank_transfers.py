"""Bank transfers that come in for a customer: a test helper, for there is no bank here."""

from collections.abc import Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import confirm, crud, customer_balance
from brownout_simulators.vendors.stripe.actions.money import check_currency
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import StripeAccount
from brownout_simulators.vendors.stripe.work import Work, required

_BANKS: Final[Mapping[str, str]] = {"eur": "eu_bank_transfer", "gbp": "gb_bank_transfer", "jpy": "jp_bank_transfer"}


def fund(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/test_helpers/customers/{id}/fund_cash_balance: a bank transfer comes in. It pays what waits for it, the
    oldest first, as far as it goes."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/test_helpers/customers/{id}/fund_cash_balance"])
    customer = crud.alive(work, RESOURCES["customer"])
    amount, currency = required(call, given, "amount"), check_currency(call, required(call, given, "currency"))
    if amount < 1:
        raise errors.invalid(call, "amount", "This value must be greater than or equal to 1.")
    kind = _BANKS.get(currency, "us_bank_transfer")
    funded = {"bank_transfer": {"reference": given.get("reference"), "type": kind}}
    entry = customer_balance.move_cash(work, customer, amount, currency, "funded", funded=funded)
    for id in list(account.state.awaited.get(customer["id"], ())):  # noqa: A001
        intent = account.state.of["payment_intent"].get(id)
        if intent is not None and intent["currency"] == currency:
            work.before_change(intent)
            confirm.reconcile(work, intent, customer)
    if account.state.cash[customer["id"]][currency] > 0:
        work.emit("cash_balance.funds_available", customer_balance.printed_cash(work, customer))
    return work.reply(entry)


ROUTES: Final = (crud.route("POST", "/v1/test_helpers/customers/{id}/fund_cash_balance", fund),)
