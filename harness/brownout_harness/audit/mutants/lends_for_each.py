"""A client that has a user lent for each who asks: the database fills with users whom nobody gives back."""

from typing import Any

from brownout_core.adapters.vault import VaultClient
from brownout_core.compose import Replacements
from brownout_core.services.secrets import Credentials
from brownout_harness.audit.mutant import Mutant, Part


class _Each(VaultClient):
    """It holds nothing."""

    async def credentials(self, role: str, *, operation_id: str) -> Credentials:
        del operation_id
        return (await self._lend(role, None)).value.credentials


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, VaultClient):
        client.__class__ = _Each
    return client


MUTANT = Mutant(
    name="lends-for-each",
    part=Part.ADAPTERS,
    about="each who asks for credentials has new ones lent: a database full of users, until it takes no more",
    scenario="vault-leases",
    expectation="requests",
    replacements=lambda: Replacements(client=_client),
)
