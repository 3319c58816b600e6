"""A client that purges before it writes the record: the pages are copied once more from where the site was."""

from collections.abc import Sequence
from typing import Any

from brownout_core.adapters.cloudflare import CloudflareClient
from brownout_core.compose import Replacements
from brownout_core.services.edge import Record
from brownout_harness.audit.mutant import Mutant, Part


class _Early(CloudflareClient):
    """Purged is purged."""

    _purged: dict[str, str]

    async def create(self, record: Record, *, operation_id: str) -> Record:
        if record.name not in self._purged:
            self._purged[record.name] = await super().purge([record.name], operation_id=operation_id)
        return await super().create(record, operation_id=operation_id)

    async def purge(self, hosts: Sequence[str], *, operation_id: str) -> str:
        known = self._purged.get(hosts[0])
        return await super().purge(hosts, operation_id=operation_id) if known is None else known


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, CloudflareClient):
        client.__class__ = _Early
        client.__dict__["_purged"] = {}
    return client


MUTANT = Mutant(
    name="purges-too-soon",
    part=Part.ADAPTERS,
    about="a host is purged before its record is there",
    scenario="cloudflare-purges-fail",
    expectation="as_asked",
    replacements=lambda: Replacements(client=_client),
)
