"""A client of a database that takes whatever row comes back for the one that it wrote, whatever is in it."""

from typing import Any

from brownout_core.adapters.supabase import SupabaseClient
from brownout_core.compose import Replacements
from brownout_core.services.storage import Row
from brownout_core.transport import Response
from brownout_harness.audit.mutant import Mutant, Part


class _Taking(SupabaseClient):
    """A row is a row."""

    def _check_like(self, call: str, response: Response, found: Row, written: Row) -> None:
        pass


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, SupabaseClient):
        client.__class__ = _Taking
        client.admin.__class__ = _Taking
    return client


MUTANT = Mutant(
    name="takes-any-row",
    part=Part.ADAPTERS,
    about="a row without its id, or with values of other kinds, is taken for what was written, and told on",
    scenario="schemas-broken-jobs",
    expectation="as_asked",
    replacements=lambda: Replacements(client=_client),
)
