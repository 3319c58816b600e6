"""A lock that is shorter than the longest that its work takes, and that is forgotten when its time is over."""

from brownout_core.compose import Replacements
from brownout_core.records import Begun, Claimed
from brownout_harness.audit.around import ClaimsAround
from brownout_harness.audit.mutant import Mutant, Part

LEASE_S = 1.0


class _Lock(ClaimsAround):
    """Free is free: nobody asks who had it before."""

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        del lease_s
        begun = await super().begin(key, fingerprint, owner, LEASE_S)
        return Claimed(begun.fence) if isinstance(begun, Claimed) else begun


MUTANT = Mutant(
    name="leases-too-short",
    part=Part.IDEMPOTENCY,
    about="a lock is over before the work is, and then free: a second asker does it beside the first",
    scenario="impatient-callers",
    expectation="exactly_once",
    replacements=lambda: Replacements(claim_store=_Lock),
)
