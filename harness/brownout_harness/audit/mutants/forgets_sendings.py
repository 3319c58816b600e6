"""Claims that remember when an owner began, and not when it last sent: a message of two seconds ago passes for one of
twelve, which would long be listed."""

from brownout_core.compose import Replacements
from brownout_core.records import Begun, Claimed, ClaimStore
from brownout_harness.audit.mutant import Mutant


class _Forgetful:
    """Around a good store: sendings are permitted, and not noted."""

    def __init__(self, inner: ClaimStore) -> None:
        self._inner = inner

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        """As the good store does; but the age of what may have been sent is that of the claim."""
        begun = await self._inner.begin(key, fingerprint, owner, lease_s)
        if isinstance(begun, Claimed) and begun.taken_over:
            return Claimed(begun.fence, True, begun.began_ago_s, begun.began_ago_s)
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
    name="forgets-sendings",
    about="the age of an earlier sending counts from when its owner began, not from when it last sent",
    replacements=lambda: Replacements(claim_store=_Forgetful),
)
