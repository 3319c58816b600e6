"""Stripe, API version 2026-10-28.endive, as its official SDKs see it.

- `resources.py`   the resources, and what follows from their declaration (`resource.py`); `declared/` those that are
  little more than that; `templates.py` the objects, whole, `card_fields.py` the cards on them
- `actions/`       the endpoints, one module per family
- `errors.py`      how Stripe says no; `named_errors.py` which of them a fault can ask for
- `limits.py`      its limiters, off unless asked for
- `webhooks.py`    events, signature, schedule; `event_names.py` all that there are
- `magic.py`       test cards and keys
- `parameters/`    every endpoint's parameters; `form.py` decodes them
- `dialect.py`     headers and idempotency; `keys.py` API keys and accounts; `versions.py` the API's versions
- `funds.py`       what an account's money is; `totals.py` what an invoice comes to
- `work.py`        one call's work; `state.py` what an account holds; `expand.py`, `paging.py`, `search.py`
"""

from typing import Final

from brownout_simulators.outsiders import KeyHolder
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors.stripe.actions import ROUTES
from brownout_simulators.vendors.stripe.actions.webhook_endpoints import listen
from brownout_simulators.vendors.stripe.dialect import IDEMPOTENCY, decorate
from brownout_simulators.vendors.stripe.errors import StripeErrors
from brownout_simulators.vendors.stripe.form import parse
from brownout_simulators.vendors.stripe.keys import account_of, authenticate, environment, test_key
from brownout_simulators.vendors.stripe.limits import LIMITS
from brownout_simulators.vendors.stripe.magic import MAGIC
from brownout_simulators.vendors.stripe.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.stripe.state import State, new_state, stores
from brownout_simulators.vendors.stripe.webhooks import WEBHOOKS

VENDOR: Final[Vendor[State]] = Vendor(
    name="stripe",
    port=12111,
    hosts=("api.stripe.com", "files.stripe.com", "connect.stripe.com", "meter-events.stripe.com"),
    routes=ROUTES,
    new_state=new_state,
    authenticate=authenticate,
    parse=parse,
    errors=StripeErrors(),
    decorate=decorate,
    environment=environment,
    test_key=test_key,
    account_of=account_of,
    key_holder=lambda key: KeyHolder(f"Bearer {key}"),
    stores=stores,
    idempotency=IDEMPOTENCY,
    webhooks=WEBHOOKS,
    listen=listen,
    limits=LIMITS,
    named_errors=NAMED_ERRORS,
    correlate=("header.x-correlation-id", "body.metadata.operation_id"),
    effects={
        "stripe.charge": (
            "amount",
            "currency",
            "customer",
            "description",
            "payment_intent",
            "payment_method",
            "payment_method_details",
        ),
        "stripe.refund": ("amount", "currency", "charge", "payment_intent", "reason"),
        "stripe.dispute": ("amount", "currency", "charge", "payment_intent", "reason"),
        "stripe.dispute_reversal": ("amount", "currency", "charge", "payment_intent", "reason"),
        "stripe.payout": ("amount", "currency", "description", "destination", "method"),
        "stripe.topup": ("amount", "currency", "description"),
        "stripe.transfer": ("amount", "currency", "description", "destination", "transfer_group"),
        "stripe.transfer_reversal": ("amount", "currency", "transfer"),
        "stripe.issuing_transaction": ("amount", "currency", "card", "cardholder"),
    },
    magic=MAGIC,
    clients={
        "stripe (Python)": 'StripeClient(STRIPE_API_KEY, base_addresses={"api": STRIPE_API_BASE})',
        "stripe (Node)": 'new Stripe(STRIPE_API_KEY, {host, port, protocol: "http"}), of STRIPE_API_BASE',
    },
)
