"""Stripe's endpoints, one module per family.

- `crud.py`               the plain endpoints, made from a resource's declaration
- `payment_intents.py`    PaymentIntents; `confirm.py` is their state machine and the card's answer
- `charges.py`, `refunds.py`, `money.py`
- `customers.py`, `payment_methods.py`, `setup_intents.py`
- `catalogue.py`          products and prices
- `subscriptions.py`      the endpoints; `billing.py` what they cost and when, `periods.py` the calendar
- `invoices.py`           the endpoints; `invoicing.py` how one comes about and is paid
- `checkout.py`           Checkout sessions
- `events.py`, `webhook_endpoints.py`, `balance.py`
"""

from collections.abc import Sequence
from typing import Final

from brownout_simulators.vendors.stripe.actions import (
    balance,
    catalogue,
    charges,
    checkout,
    customers,
    events,
    invoices,
    payment_intents,
    payment_methods,
    refunds,
    setup_intents,
    subscriptions,
    webhook_endpoints,
)
from brownout_simulators.vendors.stripe.actions.crud import StripeRoute

ROUTES: Final[Sequence[StripeRoute]] = (
    *payment_intents.ROUTES,
    *customers.ROUTES,
    *payment_methods.ROUTES,
    *charges.ROUTES,
    *refunds.ROUTES,
    *setup_intents.ROUTES,
    *catalogue.ROUTES,
    *subscriptions.ROUTES,
    *invoices.ROUTES,
    *checkout.ROUTES,
    *events.ROUTES,
    *webhook_endpoints.ROUTES,
    *balance.ROUTES,
)
