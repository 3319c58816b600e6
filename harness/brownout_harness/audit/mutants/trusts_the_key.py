"""What is in doubt is sent again under its key, and nobody looks: a day later the vendor has forgotten the key."""

from typing import Any

from brownout_core.compose import Replacements
from brownout_harness.audit.mutant import Mutant, Part


class _Trusting:
    """A client to whom the key will do: a search finds nothing."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def find_payment_intents(self, _operation_id: str) -> tuple[()]:
        return ()


MUTANT = Mutant(
    name="trusts-the-key",
    part=Part.DEAD_LETTERS,
    about="a redrive sends a payment again under its key, which the vendor has forgotten after a day",
    scenario="keys-forgotten",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=lambda _vendor, client: _Trusting(client)),
)
