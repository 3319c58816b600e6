"""A client that does not look whether an earlier sending has changed the secret: an answer that is lost is a second
version."""

from typing import Any

from brownout_core.adapters.vault import VaultClient
from brownout_core.adapters.vault_changes import FIELD
from brownout_core.compose import Replacements
from brownout_core.services.secrets import Secret
from brownout_harness.audit.mutant import Mutant, Part


class _Forgetful(VaultClient):
    """What it reads never says who has changed it."""

    async def newest(self, path: str, *, operation_id: str) -> Secret:
        read = await super().newest(path, operation_id=operation_id)
        data = {name: value for name, value in read.data.items() if name != FIELD}
        return Secret(path=read.path, version=read.version, data=data)


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, VaultClient):
        client.__class__ = _Forgetful
    return client


MUTANT = Mutant(
    name="rotates-again",
    part=Part.ADAPTERS,
    about="a secret is written anew without a look at who has changed it: a lost answer is a second version",
    scenario="vault-lost-writes",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=_client),
)
