"""A client that keeps the last answer in itself: of two calls at a time, one is given the other one's payment."""

import asyncio
from typing import Any

from brownout_core.compose import Replacements
from brownout_harness.audit.mutant import Mutant, Part


class _Shared:
    """Around a good client."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._last: Any = None

    async def create_payment_intent(self, **fields: Any) -> Any:
        """What was created last, by whomever, once the others had their turn."""
        self._last = await self._inner.create_payment_intent(**fields)
        await asyncio.sleep(0.05)  # time to write a line into a log
        return self._last

    def __getattr__(self, name: str) -> Any:
        """Everything else is the good client's."""
        return getattr(self._inner, name)


MUTANT = Mutant(
    name="shares-an-answer",
    part=Part.ADAPTERS,
    about="the last answer is kept in a client that all share: a customer is shown somebody else's payment",
    scenario="healthy",
    expectation="as_asked",
    replacements=lambda: Replacements(client=lambda vendor, client: _Shared(client) if vendor == "stripe" else client),
)
