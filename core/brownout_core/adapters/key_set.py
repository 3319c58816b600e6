"""The keys that a vendor publishes, held: fetched once for everybody, and good while the vendor is down.

| what | how long |
| --- | --- |
| a key that is held is used | a day after the set was last seen |
| and the set is fetched anew, beside the calls, nobody waiting | after five minutes |
| a key that the set did not have is not asked for again | for ten seconds |
| the set is fetched at most | once a second |

Whether there is a key is never concluded from a set that was asked for before the token came: it may have been
published in between.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from math import inf
from typing import Final

from brownout_core.adapters.session_token import PublicKey
from brownout_core.policies.shapes import RenewalShape
from brownout_core.services.auth import TokenKeyUnknown

FRESH_S: Final = 300.0
HELD_S: Final = 86_400.0
UNKNOWN_S: Final = 10.0
APART_S: Final = 1.0
MOST_UNKNOWN: Final = 1_000
CALL: Final = "fetch_keys"
"""What errors call it."""

Fetch = Callable[[], Awaitable[Mapping[str, PublicKey]]]
"""The whole set by the keys' ids."""


class KeySet:
    """One vendor's. For one event loop; not thread-safe."""

    def __init__(self, fetch: Fetch, renewal: RenewalShape) -> None:
        self._fetch = fetch
        self._renewal = renewal
        self._keys: Mapping[str, PublicKey] = {}
        self._asked_s = -inf
        """When the set that is held was asked for."""
        self._unknown: dict[str, float] = {}
        """Ids that a set did not have, and until when nobody asks again."""

    async def find(self, kid: str) -> PublicKey:
        """The key of that id.

        Raises:
            TokenKeyUnknown: the vendor does not publish it; seen in a set that was asked for after the token came.
            ServiceError, RenewalPaused: the set could not be had, and no key that is held is of that id.
        """
        now_s = asyncio.get_running_loop().time
        came_s = now_s()
        while True:
            key = self._keys.get(kid) if now_s() < self._asked_s + HELD_S else None
            if key is not None:
                if now_s() >= self._asked_s + FRESH_S:
                    self._renewal.begin(CALL, self._renew)
                return key
            if now_s() < self._unknown.get(kid, -inf):
                raise TokenKeyUnknown("no such key is published", retry_after_s=self._unknown[kid] - now_s())
            if self._asked_s >= came_s:
                raise self._unknown_from(kid, now_s())
            if (early_s := self._asked_s + APART_S - now_s()) > 0:
                await asyncio.sleep(early_s)
                continue
            await self._renewal.renewed(CALL, self._renew)

    def _unknown_from(self, kid: str, now_s: float) -> TokenKeyUnknown:
        self._unknown[kid] = now_s + UNKNOWN_S
        if len(self._unknown) > MOST_UNKNOWN:
            del self._unknown[next(iter(self._unknown))]
        return TokenKeyUnknown("no such key is published", retry_after_s=UNKNOWN_S)

    async def _renew(self) -> str:
        asked_s = asyncio.get_running_loop().time()
        keys = await self._fetch()
        self._keys, self._asked_s = keys, asked_s
        for kid in keys:
            self._unknown.pop(kid, None)
        return CALL
