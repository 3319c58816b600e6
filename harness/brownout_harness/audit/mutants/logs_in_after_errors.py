"""A client that takes any error for a bad token: while the vendor is sealed it throws its own away and logs in anew."""

from typing import Any

from brownout_core.adapters.vault import VaultClient
from brownout_core.compose import Replacements
from brownout_core.transport import Response
from brownout_harness.audit.mutant import Mutant, Part


class _Doubting(VaultClient):
    """Whatever goes wrong, it was the token."""

    async def _ask(self, call: str, operation_id: str, *rest: Any, **more: Any) -> Response:
        response = await super()._ask(call, operation_id, *rest, **more)
        if response.status >= 400:
            self._token.drop(self._token.usable(0.0))
        return response


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, VaultClient):
        client.__class__ = _Doubting
    return client


MUTANT = Mutant(
    name="logs-in-after-errors",
    part=Part.RENEWAL,
    about="any error ends the token: a vendor that is sealed has a storm of logins when it opens",
    scenario="vault-sealed",
    expectation="requests",
    replacements=lambda: Replacements(client=_client),
)
