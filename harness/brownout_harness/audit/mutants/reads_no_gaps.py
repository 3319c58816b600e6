"""A subscription that joins again after a cut and reads nothing: what was committed meanwhile nobody hears of."""

from collections.abc import Sequence
from typing import Any

from brownout_core.adapters.supabase import SupabaseClient
from brownout_core.compose import Replacements
from brownout_core.services.storage import Filter, Page
from brownout_harness.audit.mutant import Mutant, Part


class _Listens:
    """A client that believes that whoever listens need not read."""

    def __init__(self, inner: SupabaseClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def admin(self) -> "_Listens":
        return _Listens(self._inner.admin)

    async def select(self, table: str, *, where: Sequence[Filter] = (), **asked: Any) -> Page:
        del table, where, asked
        return Page(())


def _client(_vendor: str, client: Any) -> Any:
    return _Listens(client) if isinstance(client, SupabaseClient) else client


MUTANT = Mutant(
    name="reads-no-gaps",
    part=Part.ADAPTERS,
    about="what was committed between two sessions is not read: jobs stay queued",
    scenario="supabase-realtime-cut",
    expectation="nothing_lost",
    replacements=lambda: Replacements(client=_client),
)
