"""An application that fails open: where the store of claims does not answer, it does the work without a claim."""

from brownout_core.compose import Replacements
from brownout_core.records import Begun, Claimed, StoreUnavailable
from brownout_harness.audit.around import ClaimsAround
from brownout_harness.audit.mutant import Mutant, Part


class _Open(ClaimsAround):
    """Better to serve than to refuse, somebody thought."""

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        """As the good store does; without it everybody has the key."""
        try:
            return await super().begin(key, fingerprint, owner, lease_s)
        except StoreUnavailable:
            return Claimed(1)

    async def sending(self, key: str, owner: str, fence: int) -> bool:
        """Announced or not."""
        try:
            return await super().sending(key, owner, fence)
        except StoreUnavailable:
            return True


MUTANT = Mutant(
    name="serves-without-a-claim",
    part=Part.IDEMPOTENCY,
    about="where the store of claims does not answer, work is done without a claim: two who ask at once both get it",
    scenario="store-away",
    expectation="requests",
    replacements=lambda: Replacements(claim_store=_Open),
)
