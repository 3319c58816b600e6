"""A client that writes an amount in cents into a column of whole units: each job costs a hundred times as much."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from brownout_core.adapters.supabase import SupabaseClient
from brownout_core.compose import Replacements
from brownout_core.services.storage import Row
from brownout_harness.audit.mutant import Mutant, Part


class _Cents:
    """Whose rows hold what the caller said, unit or not."""

    def __init__(self, inner: SupabaseClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def admin(self) -> "_Cents":
        return _Cents(self._inner.admin)

    async def upsert(self, table: str, row: Row, *, on: Sequence[str], operation_id: str) -> Row:
        amount = str(Decimal(str(row["amount"])).scaleb(2))
        return await self._inner.upsert(table, {**row, "amount": amount}, on=on, operation_id=operation_id)


def _client(_vendor: str, client: Any) -> Any:
    return _Cents(client) if isinstance(client, SupabaseClient) else client


MUTANT = Mutant(
    name="keeps-cents-as-whole",
    part=Part.ADAPTERS,
    about="an amount of 12.40 is kept as 1240",
    scenario="supabase-lost-answers",
    expectation="as_asked",
    replacements=lambda: Replacements(client=_client),
)
