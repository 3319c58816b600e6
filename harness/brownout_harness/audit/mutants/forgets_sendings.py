"""Claims that remember when an owner began, and not when it last sent: a message of two seconds ago passes for one of
twelve, which would long be listed."""

from brownout_core.compose import Replacements
from brownout_core.records import Begun, Claimed
from brownout_harness.audit.around import ClaimsAround
from brownout_harness.audit.mutant import Mutant, Part


class _Forgetful(ClaimsAround):
    """Sendings are permitted, and not noted."""

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        """As the good store does; but the age of what may have been sent is that of the claim."""
        begun = await super().begin(key, fingerprint, owner, lease_s)
        if isinstance(begun, Claimed) and begun.taken_over:
            return Claimed(begun.fence, True, begun.began_ago_s, begun.began_ago_s)
        return begun


MUTANT = Mutant(
    name="forgets-sendings",
    part=Part.IDEMPOTENCY,
    about="the age of an earlier sending counts from when its owner began, not from when it last sent",
    scenario="crash-in-doubt",
    expectation="exactly_once",
    replacements=lambda: Replacements(claim_store=_Forgetful),
)
