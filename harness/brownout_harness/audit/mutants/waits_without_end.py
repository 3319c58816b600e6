"""A second asker who looks again every 100 ms, by calling itself, and never gives up."""

import asyncio

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.policies.idempotency import Idempotency
from brownout_core.records import Claimed, Finished, Mismatched
from brownout_harness.audit.mutant import Mutant, Part

POLL_S = 0.1


class _Patient(Idempotency):
    """Its turn will come."""

    async def _begin(self, asking: Asking, fingerprint: str, owner: str, call: str) -> Claimed | Finished:
        begun = await self._ask(asking.idempotency_key, fingerprint, owner)
        if isinstance(begun, Claimed | Finished):
            return begun
        if isinstance(begun, Mismatched):
            return await super()._begin(asking, fingerprint, owner, call)
        await asyncio.sleep(POLL_S)
        return await self._begin(asking, fingerprint, owner, call)


MUTANT = Mutant(
    name="waits-without-end",
    part=Part.IDEMPOTENCY,
    about="a second asker looks again every 100 ms for as long as the first is there, past his own deadline",
    scenario="commit-then-crash",
    expectation="deadline_respected",
    replacements=lambda: Replacements(idempotency=_Patient),
)
