"""A client that trusts the key of what it gave back: sent again a day later, the money is given back twice."""

from collections.abc import Sequence
from typing import Any

from brownout_core.adapters.stripe import Refund, StripeClient
from brownout_core.compose import Replacements
from brownout_harness.audit.mutant import Mutant, Part


class _Trusting(StripeClient):
    """To whom no payment has refunds yet."""

    async def refunds(self, payment_intent: str, *, operation_id: str) -> Sequence[Refund]:  # noqa: ARG002
        return ()


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, StripeClient):
        client.__class__ = _Trusting
    return client


MUTANT = Mutant(
    name="gives-back-again",
    part=Part.ADAPTERS,
    about="a refund is sent again under its key without a look at what was given back: a day later it is a second one",
    scenario="stripe-trade-ins",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=_client),
)
