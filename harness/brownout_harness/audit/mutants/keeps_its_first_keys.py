"""A client that asks once for the keys that tokens are signed with: after a rotation it knows no new one."""

from typing import Any

from brownout_core.adapters.clerk import ClerkClient
from brownout_core.adapters.key_set import KeySet
from brownout_core.adapters.session_token import PublicKey
from brownout_core.compose import Replacements
from brownout_core.services.auth import TokenKeyUnknown
from brownout_harness.audit.mutant import Mutant, Part


class _First(KeySet):
    """A set that is fetched once."""

    async def find(self, kid: str) -> PublicKey:
        if self._keys and kid not in self._keys:
            raise TokenKeyUnknown("no such key is published")
        return await super().find(kid)


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, ClerkClient):
        client._keys = _First(client._keys._fetch, client._keys._renewal)
    return client


MUTANT = Mutant(
    name="keeps-its-first-keys",
    part=Part.RENEWAL,
    about="the keys of sessions are fetched once and for all",
    scenario="clerk-key-rotates",
    expectation="success_rate",
    replacements=lambda: Replacements(client=_client),
)
