"""Dead letters that keep everything for whoever has to look into them, and hide nothing of it."""

from collections.abc import Callable
from typing import Any

from brownout_core.adapters.stripe import StripeClient
from brownout_core.compose import Replacements
from brownout_core.errors import ServiceError
from brownout_core.policies.dead_letter import DeadLetters
from brownout_harness.audit.mutant import Mutant, Part


class _Plain(DeadLetters):
    """What was said is kept as it was said."""

    def _reason(self, error: BaseException) -> str:
        return f"{error}: {error.__cause__}"


class _Detailed:
    """A client whose errors say what was sent."""

    def __init__(self, inner: StripeClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        asked = getattr(self._inner, name)

        async def detailed(*arguments: Any, **options: Any) -> Any:
            try:
                return await asked(*arguments, **options)
            except ServiceError as error:
                error.args = (f"{error.args[0]} ({self._inner._headers})",)
                raise

        return detailed


def _client(_vendor: str, client: Any) -> Any:
    return _Detailed(client) if isinstance(client, StripeClient) else client


MUTANT = Mutant(
    name="keeps-its-key-in-letters",
    part=Part.SECRETS,
    about="a dead letter holds the request as it was sent: whoever may read letters has the vendor's key",
    scenario="stripe-brownout",
    expectation="no_secrets",
    replacements=lambda: Replacements(client=_client, dead_letters=_Plain),
)
