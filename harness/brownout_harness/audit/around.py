"""A good store of claims with nothing changed: what a known-bad one is made of, but for the one thing it does wrong."""

from brownout_core.records import Begun, ClaimStore


class ClaimsAround:
    """Does as `inner` does."""

    def __init__(self, inner: ClaimStore) -> None:
        self._inner = inner

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        return await self._inner.begin(key, fingerprint, owner, lease_s)

    async def sending(self, key: str, owner: str, fence: int) -> bool:
        return await self._inner.sending(key, owner, fence)

    async def complete(self, key: str, owner: str, fence: int, result: bytes) -> bool:
        return await self._inner.complete(key, owner, fence, result)

    async def release(self, key: str, owner: str, fence: int) -> bool:
        return await self._inner.release(key, owner, fence)

    async def abandon(self, key: str, owner: str, fence: int) -> bool:
        return await self._inner.abandon(key, owner, fence)

    async def check(self) -> None:
        await self._inner.check()

    async def close(self) -> None:
        await self._inner.close()
