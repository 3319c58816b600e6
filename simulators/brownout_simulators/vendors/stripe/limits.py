"""Stripe's limiters in a sandbox. All are off unless a scenario, a profile or a fault asks for them.

Numbers: Stripe's page "Rate limits" (2026): 25 requests a second for an account in a sandbox (100 live), 25 for an
endpoint, 20 for search, 1,000 updates of one PaymentIntent an hour. The concurrency figure is the example of Stripe's
article on its limiters. The names are the values of `Stripe-Rate-Limited-Reason`, but for `lock_timeout`, which is
contention for one object and has none.
"""

from typing import Final

from brownout_simulators.call import Call
from brownout_simulators.vendor import Limit
from brownout_simulators.vendors.stripe.errors import LOCK_TIMEOUT

SANDBOX_PER_S: Final = 25.0


def _endpoint(call: Call, account: str) -> str:
    return f"{account} {call.route}"


def _search(call: Call, account: str) -> str:
    return f"{account} search" if call.route.endswith("/search") else ""


def _object(call: Call, account: str) -> str:
    """One place per object that the call changes; reading locks nothing."""
    id = call.params.get("id")  # noqa: A001
    return f"{account} {id}" if id and call.method != "GET" else ""


def _intent(call: Call, account: str) -> str:
    changes = call.route.startswith("POST /v1/payment_intents/{id}")
    return f"{account} {call.params['id']}" if changes else ""


LIMITS: Final = (
    Limit("global-rate", rate_per_s=SANDBOX_PER_S, burst=SANDBOX_PER_S),
    Limit("endpoint-rate", rate_per_s=SANDBOX_PER_S, burst=SANDBOX_PER_S, key_of=_endpoint),
    Limit("search-rate", rate_per_s=20.0, burst=20.0, key_of=_search),
    Limit("resource-specific", rate_per_s=1_000 / 3_600, burst=1_000, key_of=_intent),
    Limit("global-concurrency", concurrency=20),
    Limit("endpoint-concurrency", concurrency=20, key_of=_endpoint),
    Limit(LOCK_TIMEOUT, concurrency=1, key_of=_object),
)
