"""An adapter to which a declined card is a sick vendor: whoever tries stolen cards opens the breaker for everybody."""

from typing import Any

from brownout_core.adapters.stripe import PaymentIntent, StripeClient
from brownout_core.compose import Replacements
from brownout_core.errors import VendorRefused
from brownout_harness.audit.mutant import Mutant, Part


class _Alarmed:
    """A client whose every error is a sample against the vendor's health."""

    def __init__(self, inner: StripeClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def create_payment_intent(self, **options: Any) -> PaymentIntent:
        try:
            return await self._inner.create_payment_intent(**options)
        except VendorRefused as error:
            error.is_failure = True
            raise


def _client(_vendor: str, client: Any) -> Any:
    return _Alarmed(client) if isinstance(client, StripeClient) else client


MUTANT = Mutant(
    name="counts-declines",
    part=Part.CLASSIFICATION,
    about="a declined card counts as the vendor's failure: those who try stolen ones open the breaker for everybody",
    scenario="card-testers",
    expectation="success_rate",
    replacements=lambda: Replacements(client=_client),
)
