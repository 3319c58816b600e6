"""A client that makes up a key for each row that it writes: a row whose answer was lost is written a second time."""

import itertools
from collections.abc import Sequence
from typing import Any

from brownout_core.adapters.supabase import SupabaseClient
from brownout_core.compose import Replacements
from brownout_core.services.storage import Row
from brownout_harness.audit.mutant import Mutant, Part


class _Anew:
    """A client whose every sending is another row."""

    def __init__(self, inner: SupabaseClient, numbers: "itertools.count[int]") -> None:
        self._inner = inner
        self._numbers = numbers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def admin(self) -> "_Anew":
        return _Anew(self._inner.admin, self._numbers)

    async def upsert(self, table: str, row: Row, *, on: Sequence[str], operation_id: str) -> Row:
        keys = {name: f"{row[name]}-{next(self._numbers)}" for name in on}
        return await self._inner.upsert(table, {**row, **keys}, on=on, operation_id=operation_id)


def _client(_vendor: str, client: Any) -> Any:
    return _Anew(client, itertools.count()) if isinstance(client, SupabaseClient) else client


MUTANT = Mutant(
    name="inserts-anew",
    part=Part.ADAPTERS,
    about="each sending of a job is a row of its own",
    scenario="supabase-lost-answers",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=_client),
)
