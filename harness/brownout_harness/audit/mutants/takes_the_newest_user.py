"""A client that misspells the parameter by which it looks for a user: the vendor lists all, and the newest is taken."""

from typing import Any

from brownout_core.adapters.clerk import ClerkClient
from brownout_core.compose import Replacements
from brownout_core.services.auth import User
from brownout_harness.audit.mutant import Mutant, Part


class _Misspelling(ClerkClient):
    async def find_user(self, external_id: str, *, operation_id: str) -> User | None:
        del external_id
        response = await self._get("find_user", operation_id, "/v1/users?limit=1")
        rows = self._list("find_user", response)
        return self._user_from("find_user", response, rows[0]) if rows else None


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, ClerkClient):
        client.__class__ = _Misspelling
    return client


MUTANT = Mutant(
    name="takes-the-newest-user",
    part=Part.ADAPTERS,
    about="a user is looked for by a parameter that the vendor does not know, and whoever came last is taken for him",
    scenario="clerk-lost-answers",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=_client),
)
