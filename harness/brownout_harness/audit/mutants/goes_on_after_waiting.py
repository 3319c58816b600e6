"""A second asker who gives up waiting, and goes on as if the key were free."""

from typing import Any

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.errors import IdempotencyConflict, KeyReused
from brownout_core.policies.idempotency import Idempotency, Result, Work
from brownout_harness.audit.mutant import Mutant, Part


class _Impatient(Idempotency):
    """Somebody has to do it."""

    async def run_once(self, asking: Asking, fingerprint: str, work: Work, **more: Any) -> Result:
        try:
            return await super().run_once(asking, fingerprint, work, **more)
        except KeyReused:
            raise
        except IdempotencyConflict:
            asking.announce = None  # there is no claim that it could be announced with
            return await work()


MUTANT = Mutant(
    name="goes-on-after-waiting",
    part=Part.IDEMPOTENCY,
    about="a second asker who has waited in vain does the work himself: the customer gets two messages",
    scenario="two-replicas",
    expectation="exactly_once",
    replacements=lambda: Replacements(idempotency=_Impatient),
)
