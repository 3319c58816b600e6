"""A vendor's idempotency key that is made up once and kept in the store: when that forgets it, so does the vendor."""

import asyncio
import itertools
from typing import Any, Final

from brownout_core.compose import Replacements
from brownout_core.records import Claimed, ClaimStore, Finished, StoreUnavailable
from brownout_harness.audit.mutant import Mutant, Part

LEASE_S: Final = 60.0
AGAIN_AFTER_S: Final = 0.05


class _Keys:
    """Of one run: made up one after the other, as good as by chance."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._store: ClaimStore | None = None

    def kept_in(self, store: ClaimStore) -> ClaimStore:
        """The store of the application's newest life."""
        self._store = store
        return store

    async def key_for(self, name: str) -> str:
        """The key under which a vendor knows what we call so; made up where nothing is kept of it."""
        assert self._store is not None  # noqa: S101 - the stores are there before any client
        made = f"{name}-{next(self._numbers)}"
        while True:
            try:
                begun = await self._store.begin(f"key of {name}", "", made, LEASE_S)
                if isinstance(begun, Claimed):
                    await self._store.complete(f"key of {name}", made, begun.fence, made.encode())
            except StoreUnavailable:
                return made
            if isinstance(begun, Claimed):
                return made
            if isinstance(begun, Finished):
                return begun.result.decode()
            await asyncio.sleep(AGAIN_AFTER_S)


class _Keeping:
    """A client that charges under such a key."""

    def __init__(self, inner: Any, keys: _Keys) -> None:
        self._inner = inner
        self._keys = keys

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def create_payment_intent(self, *, idempotency_key: str, **others: Any) -> Any:
        """As the good one, under another key."""
        key = await self._keys.key_for(idempotency_key)
        return await self._inner.create_payment_intent(idempotency_key=key, **others)


def _replacements() -> Replacements:
    keys = _Keys()
    return Replacements(claim_store=keys.kept_in, client=lambda _vendor, client: _Keeping(client, keys))


MUTANT = Mutant(
    name="keeps-keys-in-the-store",
    part=Part.IDEMPOTENCY,
    about="a vendor's key is made up and kept in the store: when that is lost it is another, and a payment taken twice",
    scenario="store-restored",
    expectation="exactly_once",
    replacements=_replacements,
)
