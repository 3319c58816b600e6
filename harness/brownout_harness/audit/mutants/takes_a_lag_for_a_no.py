"""A client that takes a table which the API does not know for a mistake: a cache that lags refuses jobs for good."""

from collections.abc import Sequence
from typing import Any

from brownout_core.adapters.supabase import LAGS, SupabaseClient
from brownout_core.compose import Replacements
from brownout_core.errors import VendorRefused, VendorUnavailable
from brownout_core.services.storage import Row
from brownout_harness.audit.mutant import Mutant, Part


class _Literal:
    """A client to which every 4xx is a definitive no."""

    def __init__(self, inner: SupabaseClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def admin(self) -> "_Literal":
        return _Literal(self._inner.admin)

    async def upsert(self, table: str, row: Row, *, on: Sequence[str], operation_id: str) -> Row:
        try:
            return await self._inner.upsert(table, row, on=on, operation_id=operation_id)
        except VendorUnavailable as error:
            if error.code not in LAGS:
                raise
            raise VendorRefused(error.vendor, error.call, error.text, status=error.status, code=error.code) from error


def _client(_vendor: str, client: Any) -> Any:
    return _Literal(client) if isinstance(client, SupabaseClient) else client


MUTANT = Mutant(
    name="takes-a-lag-for-a-no",
    part=Part.CLASSIFICATION,
    about="a schema cache that lags is taken for a mistake in the program",
    scenario="supabase-schema-lags",
    expectation="success_rate",
    replacements=lambda: Replacements(client=_client),
)
