"""Stripe's endpoints, one module per family.

- `crud.py`               the plain endpoints, made from a resource's declaration
- `payment_intents.py`    PaymentIntents; `confirm.py` is their state machine and the card's answer
- `nested.py`             the same for what belongs to another object
- `charges.py`, `refunds.py`, `money.py`
- `balance.py`            every movement of money; `payouts.py` payouts, top-ups, transfers; `disputes.py`
- `customers.py`, `payment_methods.py`, `setup_intents.py`; `leaving.py` what goes with a customer
- `sources.py`            tokens and stored cards; `customer_balance.py`, `bank_transfers.py`
- `catalogue.py`          products, prices, plans; `discounts.py` coupons, promotion codes, tax rates
- `clocks.py`             test clocks
- `subscriptions.py`      the endpoints; `billing.py` what they cost and when, `periods.py` the calendar
- `subscribed_items.py`   their items; `proration.py` what a change costs in the middle of a period
- `invoices.py`           the endpoints; `invoicing.py` how one comes about and is paid; `invoice_items.py`,
  `previews.py`
- `credit_notes.py`
- `quotes.py`, `schedules.py`
- `checkout.py`           Checkout sessions; `links.py` payment links
- `meters.py`, `accounts.py`, `shallow.py`
- `events.py`, `webhook_endpoints.py`
"""

from collections.abc import Sequence
from typing import Final

from brownout_simulators.vendors.stripe.actions import (
    accounts,
    balance,
    bank_transfers,
    catalogue,
    charges,
    checkout,
    clocks,
    credit_notes,
    customer_balance,
    customers,
    discounts,
    disputes,
    events,
    invoice_items,
    invoices,
    links,
    meters,
    payment_intents,
    payment_methods,
    payouts,
    previews,
    quotes,
    refunds,
    schedules,
    setup_intents,
    shallow,
    sources,
    subscribed_items,
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
    *subscribed_items.ROUTES,
    *previews.ROUTES,
    *invoices.ROUTES,
    *checkout.ROUTES,
    *events.ROUTES,
    *webhook_endpoints.ROUTES,
    *balance.ROUTES,
    *payouts.ROUTES,
    *disputes.ROUTES,
    *sources.ROUTES,
    *customer_balance.ROUTES,
    *bank_transfers.ROUTES,
    *discounts.ROUTES,
    *clocks.ROUTES,
    *invoice_items.ROUTES,
    *credit_notes.ROUTES,
    *quotes.ROUTES,
    *schedules.ROUTES,
    *links.ROUTES,
    *meters.ROUTES,
    *accounts.ROUTES,
    *shallow.ROUTES,
)
