"""The balance: everything that was taken is pending, less Stripe's fee and what was refunded."""

from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe.actions import crud
from brownout_simulators.vendors.stripe.parameters import RETRIEVE
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work


def _entry(amount: int, currency: str) -> Object:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def retrieve(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/balance."""
    work = Work(call, account)
    work.read(RETRIEVE)
    pending = account.state.pending or {"usd": 0}
    balance = {
        "object": "balance",
        "available": [_entry(0, currency) for currency in pending],
        "connect_reserved": [{"amount": 0, "currency": currency} for currency in pending],
        "livemode": False,
        "pending": [_entry(amount, currency) for currency, amount in pending.items()],
    }
    return work.reply(balance)


ROUTES: Final = (crud.route("GET", "/v1/balance", retrieve),)
