"""A client that goes by the status alone, as Cloudflare's own SDKs do: a purge that was no success is one."""

from collections.abc import Sequence
from typing import Any

import orjson

from brownout_core.adapters.cloudflare import CloudflareClient
from brownout_core.compose import Replacements
from brownout_core.transport import Response
from brownout_harness.audit.mutant import Mutant, Part


class _Trusting(CloudflareClient):
    """What came with a 200 was done."""

    async def purge(self, hosts: Sequence[str], *, operation_id: str) -> str:
        body = orjson.dumps({"hosts": list(hosts)})
        headers = self._json_headers
        response: Response = await self._ask("purge", operation_id, "POST", self._purge, headers=headers, body=body)
        result = self._json("purge", response).get("result")
        return str(result["id"]) if isinstance(result, dict) else ""


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, CloudflareClient):
        client.__class__ = _Trusting
    return client


MUTANT = Mutant(
    name="believes-the-status",
    part=Part.CLASSIFICATION,
    about="a status of 200 is believed, whatever the envelope says",
    scenario="cloudflare-purges-fail",
    expectation="nothing_lost",
    replacements=lambda: Replacements(client=_client),
)
