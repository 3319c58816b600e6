"""A receiver that takes what comes: the second delivery of an event is another event to it."""

from brownout_core.compose import Replacements
from brownout_harness.audit.around import ClaimsAround
from brownout_harness.audit.mutant import Mutant, Part


class _Again(ClaimsAround):
    async def advance(self, key: str, step: int, value: bytes) -> bool:
        """Whatever is kept, this is news."""
        await super().advance(key, step, value)
        return True


MUTANT = Mutant(
    name="takes-each-delivery",
    part=Part.WEBHOOKS,
    about="a webhook that is delivered twice is taken twice: whatever hangs on it is done again",
    scenario="stripe-notices",
    expectation="notices_kept",
    replacements=lambda: Replacements(claim_store=_Again),
)
