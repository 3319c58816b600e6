"""Good parts with nothing changed: what a known-bad one is made of, but for the one thing that it does wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from brownout_core.adapters import ADAPTERS
from brownout_core.compose import Replacements
from brownout_core.errors import ServiceError
from brownout_core.records import Begun, ClaimStore


class ClaimsAround:
    """A store of claims that does as `inner` does."""

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

    async def advance(self, key: str, step: int, value: bytes) -> bool:
        return await self._inner.advance(key, step, value)

    async def furthest(self, key: str) -> bytes | None:
        return await self._inner.furthest(key)

    async def check(self) -> None:
        await self._inner.check()

    async def close(self) -> None:
        await self._inner.close()


class ClientAround:
    """A vendor's client that does as `inner` does, but that `taken_for` says what each of its errors is taken for."""

    def __init__(self, inner: Any, taken_for: Callable[[ServiceError], ServiceError]) -> None:
        self._inner = inner
        self._taken_for = taken_for

    def __getattr__(self, name: str) -> Callable[..., Any]:
        asked = getattr(self._inner, name)

        async def call(*arguments: Any, **options: Any) -> Any:
            try:
                return await asked(*arguments, **options)
            except ServiceError as error:
                raise self._taken_for(error) from error.__cause__

        return call


def misread(vendor: str, taken_for: Callable[[ServiceError], ServiceError]) -> Replacements:
    """Of this vendor's client; the others are as they were."""
    return Replacements(client=lambda whose, client: ClientAround(client, taken_for) if whose == vendor else client)


Verify = Callable[[bytes, Mapping[str, str], Sequence[str], float], Mapping[str, Any]]
"""As an adapter declares it: (body, headers, secrets, wall-clock seconds) to the event."""


def verified(around: Callable[[Verify], Verify]) -> Replacements:
    """Every vendor's webhooks, verified by what `around` makes of the good verification."""
    changed = {
        name: each
        if each.webhooks is None
        else replace(each, webhooks=replace(each.webhooks, verify=around(each.webhooks.verify)))
        for name, each in ADAPTERS.items()
    }
    return Replacements(adapters=changed)
