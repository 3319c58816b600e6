"""A client that fetches the keys for each token: while the vendor is down nobody signs in."""

from typing import Any

from brownout_core.adapters.clerk import ClerkClient
from brownout_core.adapters.key_set import CALL, KeySet
from brownout_core.adapters.session_token import PublicKey
from brownout_core.compose import Replacements
from brownout_core.services.auth import TokenKeyUnknown
from brownout_harness.audit.mutant import Mutant, Part


class _Unheld(KeySet):
    """A set that nobody keeps."""

    async def find(self, kid: str) -> PublicKey:
        await self._renewal.renewed(CALL, self._renew)
        key = self._keys.get(kid)
        if key is None:
            raise TokenKeyUnknown("no such key is published")
        return key


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, ClerkClient):
        client._keys = _Unheld(client._keys._fetch, client._keys._renewal)
    return client


MUTANT = Mutant(
    name="asks-for-keys-each-time",
    part=Part.RENEWAL,
    about="the keys of sessions are fetched for each token, and not held",
    scenario="clerk-keys-away",
    expectation="success_rate",
    replacements=lambda: Replacements(client=_client),
)
