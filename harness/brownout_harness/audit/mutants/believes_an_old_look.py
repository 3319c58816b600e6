"""What a search for an earlier payment came to is kept, so that nobody asks twice: also when it is out of date."""

from collections.abc import Sequence
from typing import Any

from brownout_core.adapters.stripe import PaymentIntent, StripeClient
from brownout_core.compose import Replacements
from brownout_harness.audit.mutant import Mutant, Part

Found = dict[str, Sequence[PaymentIntent]]


class _Remembering:
    """A client that searches for each operation's payment once."""

    def __init__(self, inner: StripeClient, found: Found) -> None:
        self._inner = inner
        self._found = found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def find_payment_intents(self, operation_id: str) -> Sequence[PaymentIntent]:
        if operation_id not in self._found:
            self._found[operation_id] = await self._inner.find_payment_intents(operation_id)
        return self._found[operation_id]


def _replacements() -> Replacements:
    found: Found = {}  # on disk: it outlives the process

    def client(_vendor: str, client: Any) -> Any:
        return _Remembering(client, found) if isinstance(client, StripeClient) else client

    return Replacements(client=client)


MUTANT = Mutant(
    name="believes-an-old-look",
    part=Part.DEAD_LETTERS,
    about="a search for an earlier payment is made once and believed for ever, also by the next process",
    scenario="killed-mid-redrive",
    expectation="exactly_once",
    replacements=_replacements,
)
