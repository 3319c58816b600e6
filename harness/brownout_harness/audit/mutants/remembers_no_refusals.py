"""Claims that keep good answers alone: whatever was refused is done again for whoever asks again."""

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.policies.idempotency import Idempotency
from brownout_harness.audit.mutant import Mutant, Part


class _Hopeful(Idempotency):
    """A no is no result."""

    async def _give_back(self, asking: Asking, owner: str, fence: int, error: BaseException) -> None:
        if asking.may_have_effect:
            await super()._give_back(asking, owner, fence, error)
        else:
            await self._store.release(asking.idempotency_key, owner, fence)


MUTANT = Mutant(
    name="remembers-no-refusals",
    part=Part.IDEMPOTENCY,
    about="only what succeeded is remembered: a declined card is tried again each time somebody asks",
    scenario="card-testers",
    expectation="requests",
    replacements=lambda: Replacements(idempotency=_Hopeful),
)
