"""A client that takes what a token's bearer may do with one thing for what he may do with all of them."""

from dataclasses import replace
from typing import Any

from brownout_core.adapters.clerk import ClerkClient
from brownout_core.compose import Replacements
from brownout_core.services.auth import Session
from brownout_harness.audit.mutant import Mutant, Part


class _Generous(ClerkClient):
    async def verify(self, token: str, *, operation_id: str) -> Session:
        session = await super().verify(token, operation_id=operation_id)
        held = session.organization
        if held is None:
            return session
        features, names = ({each.split(":")[place] for each in held.permissions} for place in (1, 2))
        all_of_them = [f"org:{feature}:{name}" for feature in sorted(features) for name in sorted(names)]
        return replace(session, organization=held._replace(permissions=all_of_them))


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, ClerkClient):
        client.__class__ = _Generous
    return client


MUTANT = Mutant(
    name="reads-no-bits",
    part=Part.ADAPTERS,
    about="who may write one thing may write everything: the bits that say which are not read",
    scenario="clerk-permissions",
    expectation="outcome",
    replacements=lambda: Replacements(client=_client),
)
