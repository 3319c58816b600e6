"""A client that asks again by itself, as Cloudflare's SDKs do: what it made the first time is refused the second."""

from typing import Any

from brownout_core.adapters.cloudflare import CloudflareClient
from brownout_core.compose import Replacements
from brownout_core.errors import ServiceError, VendorRefused
from brownout_core.services.edge import Record, RecordContended
from brownout_harness.audit.mutant import Mutant, Part

TIMES = 3


class _Insistent(CloudflareClient):
    """Three sendings are one call, and the last answer is its end: a 400 is a mistake of the caller's."""

    async def create(self, record: Record, *, operation_id: str) -> Record:
        for left in reversed(range(TIMES)):
            try:
                return await super().create(record, operation_id=operation_id)
            except RecordContended as error:
                raise VendorRefused(
                    error.vendor, error.call, error.text, status=error.status, code=error.code
                ) from error
            except ServiceError as error:
                if not left or not error.retryable:
                    raise
        raise AssertionError


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, CloudflareClient):
        client.__class__ = _Insistent
    return client


MUTANT = Mutant(
    name="resends-by-itself",
    part=Part.RETRY,
    about="a record is sent up to three times in one call, and that it exists already is taken for a refusal",
    scenario="cloudflare-lost-answers",
    expectation="nothing_lost",
    replacements=lambda: Replacements(client=_client),
)
