"""A worker that takes a job without a look at whether it is still to be had: two workers do it twice."""

from collections.abc import Sequence
from typing import Any

from brownout_core.adapters.supabase import SupabaseClient
from brownout_core.compose import Replacements
from brownout_core.services.storage import Filter
from brownout_harness.audit.mutant import Mutant, Part


class _Unclaimed:
    """A client whose updates do not ask what state the row is in."""

    def __init__(self, inner: SupabaseClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def admin(self) -> "_Unclaimed":
        return _Unclaimed(self._inner.admin)

    async def update(self, table: str, change: Any, *, where: Sequence[Filter], **more: Any) -> Any:
        kept = [each for each in where if each.column != "status"]
        return await self._inner.update(table, change, where=kept, **more)


def _client(_vendor: str, client: Any) -> Any:
    return _Unclaimed(client) if isinstance(client, SupabaseClient) else client


MUTANT = Mutant(
    name="does-jobs-unclaimed",
    part=Part.FLOWS,
    about="whoever hears of a job does it, whether or not another has: every process does every job",
    scenario="jobs-shared",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=_client),
)
