"""An adapter that goes by the status: a 200 that nobody can read passes for a payment, and the shop delivers unpaid."""

from typing import Any

from brownout_core.adapters.stripe import PaymentIntent, StripeClient
from brownout_core.compose import Replacements
from brownout_core.errors import ResponseBroken
from brownout_harness.audit.mutant import Mutant, Part


class _Trusting:
    """A client whose payments are made as soon as the status says so."""

    def __init__(self, inner: StripeClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def create_payment_intent(self, **options: Any) -> PaymentIntent:
        try:
            return await self._inner.create_payment_intent(**options)
        except ResponseBroken as error:
            if error.status != 200:
                raise
            made = (options["amount"], options["currency"], None, options["operation_id"])
            return PaymentIntent("", "succeeded", *made)


def _client(_vendor: str, client: Any) -> Any:
    return _Trusting(client) if isinstance(client, StripeClient) else client


MUTANT = Mutant(
    name="trusts-unreadable-answers",
    part=Part.CLASSIFICATION,
    about="an answer with status 200 that nobody can read counts as paid",
    scenario="unreadable-answers",
    expectation="nothing_lost",
    replacements=lambda: Replacements(client=_client),
)
