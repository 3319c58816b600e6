"""A claim that anybody may free: an asker who waited in vain tidies up, and deletes the lock of the one at work."""

from brownout_core.compose import Replacements
from brownout_core.records import Begun, Busy, Claimed, ClaimStore
from brownout_harness.audit.around import ClaimsAround
from brownout_harness.audit.mutant import Mutant, Part


class _Tidy(ClaimsAround):
    """Whoever finds a key taken leaves it free."""

    def __init__(self, inner: ClaimStore) -> None:
        super().__init__(inner)
        self._holders: dict[str, tuple[str, int]] = {}

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        """As the good store does, and then the careless `finally`."""
        begun = await super().begin(key, fingerprint, owner, lease_s)
        if isinstance(begun, Claimed):
            self._holders[key] = (owner, begun.fence)
        elif isinstance(begun, Busy) and key in self._holders:
            await self.release(key, *self._holders.pop(key))
        return begun


MUTANT = Mutant(
    name="frees-foreign-claims",
    part=Part.IDEMPOTENCY,
    about="an idempotency lock is deleted by one who does not own it: two do the same work side by side",
    scenario="impatient-callers",
    expectation="exactly_once",
    replacements=lambda: Replacements(claim_store=_Tidy),
)
