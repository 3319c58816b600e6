"""Claims that are freed when the process is stopped in the middle of the work, as if nothing had been sent."""

import asyncio

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.policies.idempotency import Idempotency
from brownout_harness.audit.mutant import Mutant, Part


class _Tidy(Idempotency):
    """Nothing is left lying about."""

    async def _give_back(self, asking: Asking, owner: str, fence: int, error: BaseException) -> None:
        if isinstance(error, asyncio.CancelledError):
            await self._store.release(asking.idempotency_key, owner, fence)
        else:
            await super()._give_back(asking, owner, fence, error)


MUTANT = Mutant(
    name="frees-what-was-cut-off",
    part=Part.SHUTDOWN,
    about="what a shutdown cut off counts as not done: whoever asks again has it done a second time",
    scenario="stopped-at-work",
    expectation="exactly_once",
    replacements=lambda: Replacements(idempotency=_Tidy),
)
