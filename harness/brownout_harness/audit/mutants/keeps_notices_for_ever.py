"""A client that forgets to say when a value ends: visitors are told for ever that the shop is back in an hour."""

from typing import Any

from brownout_core.adapters.cloudflare import CloudflareClient
from brownout_core.compose import Replacements
from brownout_harness.audit.mutant import Mutant, Part


class _Endless(CloudflareClient):
    async def put(self, key: str, value: bytes, *, operation_id: str, ttl_s: int | None = None) -> None:
        del ttl_s
        await super().put(key, value, operation_id=operation_id)


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, CloudflareClient):
        client.__class__ = _Endless
    return client


MUTANT = Mutant(
    name="keeps-notices-for-ever",
    part=Part.ADAPTERS,
    about="a value at the edge is written without its end",
    scenario="cloudflare-values-lost",
    expectation="as_asked",
    replacements=lambda: Replacements(client=_client),
)
