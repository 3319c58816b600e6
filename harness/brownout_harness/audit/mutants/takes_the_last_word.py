"""A receiver for which the last delivery says how it is: a late one takes back what was known."""

import itertools
from collections.abc import Iterator

from brownout_core.compose import Replacements
from brownout_core.records import ClaimStore
from brownout_harness.audit.around import ClaimsAround
from brownout_harness.audit.mutant import Mutant, Part


class _Last(ClaimsAround):
    """Counts arrivals, and not how far the thing has come."""

    def __init__(self, inner: ClaimStore, arrivals: Iterator[int]) -> None:
        super().__init__(inner)
        self._arrivals = arrivals

    async def advance(self, key: str, step: int, value: bytes) -> bool:  # noqa: ARG002 - that is what is wrong
        """Further is what comes later; the same once more is not."""
        if await self.furthest(key) == value:
            return False
        return await super().advance(key, next(self._arrivals), value)


def _last() -> Replacements:
    arrivals = itertools.count(1_000)
    return Replacements(claim_store=lambda store: _Last(store, arrivals))


MUTANT = Mutant(
    name="takes-the-last-word",
    part=Part.WEBHOOKS,
    about="the webhook that arrives last says how it is: a finished order is received again, a signed contract is open",
    scenario="sales-order-events",
    expectation="notices_kept",
    replacements=_last,
)
