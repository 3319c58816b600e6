"""A claim that anybody may free: an asker who waited in vain tidies up, and deletes the lock of the one at work."""

from brownout_core.compose import Replacements
from brownout_core.records import Begun, Busy, Claimed, ClaimStore
from brownout_harness.audit.mutant import Mutant


class _Tidy:
    """Around a good store: whoever finds a key taken leaves it free."""

    def __init__(self, inner: ClaimStore) -> None:
        self._inner = inner
        self._holders: dict[str, tuple[str, int]] = {}

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        """As the good store does, and then the careless `finally`."""
        begun = await self._inner.begin(key, fingerprint, owner, lease_s)
        if isinstance(begun, Claimed):
            self._holders[key] = (owner, begun.fence)
        elif isinstance(begun, Busy) and key in self._holders:
            await self._inner.release(key, *self._holders.pop(key))
        return begun

    async def sending(self, key: str, owner: str, fence: int) -> bool:
        """As the good store does."""
        return await self._inner.sending(key, owner, fence)

    async def complete(self, key: str, owner: str, fence: int, result: bytes) -> bool:
        """As the good store does."""
        return await self._inner.complete(key, owner, fence, result)

    async def release(self, key: str, owner: str, fence: int) -> bool:
        """As the good store does."""
        return await self._inner.release(key, owner, fence)

    async def abandon(self, key: str, owner: str, fence: int) -> bool:
        """As the good store does."""
        return await self._inner.abandon(key, owner, fence)

    async def check(self) -> None:
        """As the good store does."""
        await self._inner.check()

    async def close(self) -> None:
        """As the good store does."""
        await self._inner.close()


MUTANT = Mutant(
    name="frees-foreign-claims",
    about="an idempotency lock is deleted by one who does not own it: two do the same work side by side",
    replacements=lambda: Replacements(claim_store=_Tidy),
)
