"""A client that has logged in once: it renews nothing, and a token that is refused is its only one."""

from typing import Any

from brownout_core.adapters.vault import VaultClient
from brownout_core.adapters.vault_token import Token
from brownout_core.compose import Replacements
from brownout_harness.audit.mutant import Mutant, Part


class _Only(Token):
    """The first one, for ever."""

    def valid(self, now_s: float) -> str:
        del now_s
        return self._text

    def drop(self, text: str) -> None:
        """There is no other."""


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, VaultClient):
        client._token = _Only()
    return client


MUTANT = Mutant(
    name="never-renews",
    part=Part.RENEWAL,
    about="the token of the first login is used for ever: when it has ended, so has the work",
    scenario="vault-short-tokens",
    expectation="success_rate",
    replacements=lambda: Replacements(client=_client),
)
