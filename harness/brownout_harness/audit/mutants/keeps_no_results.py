"""Claims that are let go of as soon as the work is done: who asks again gets another effect."""

from brownout_core.compose import Replacements
from brownout_harness.audit.around import ClaimsAround
from brownout_harness.audit.mutant import Mutant, Part


class _Forgetful(ClaimsAround):
    """Done is done."""

    async def complete(self, key: str, owner: str, fence: int, result: bytes) -> bool:
        del result
        return await self.release(key, owner, fence)


MUTANT = Mutant(
    name="keeps-no-results",
    part=Part.IDEMPOTENCY,
    about="a result is forgotten before whoever is still waiting asks for it: what was done is done again",
    scenario="impatient-callers",
    expectation="exactly_once",
    replacements=lambda: Replacements(claim_store=_Forgetful),
)
