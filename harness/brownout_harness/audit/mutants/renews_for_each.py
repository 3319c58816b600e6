"""A client in which whoever is refused asks for a token of his own: one void token is a storm at the token endpoint."""

from collections.abc import Awaitable, Callable
from typing import Any

from brownout_core.adapters.token_client import TokenClient
from brownout_core.compose import Replacements
from brownout_harness.audit.mutant import Mutant, Part


class _Alone:
    """Renewals that nobody shares."""

    async def renewed(self, _name: str, fetch: Callable[[], Awaitable[str]]) -> str:
        return await fetch()

    def begin(self, _name: str, _fetch: Callable[[], Awaitable[str]]) -> None:
        """The old one serves to its end."""


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, TokenClient):
        client._renewal = _Alone()
    return client


MUTANT = Mutant(
    name="renews-for-each",
    part=Part.RENEWAL,
    about="each call that a token is refused to renews it by itself",
    scenario="sales-tokens-revoked",
    expectation="requests",
    replacements=lambda: Replacements(client=_client),
)
