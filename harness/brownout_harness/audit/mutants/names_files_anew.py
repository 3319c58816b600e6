"""A client that gives a file a new place with each sending: an answer that is lost is a second file."""

from typing import Any

from brownout_core.adapters.supabase import SupabaseClient
from brownout_core.compose import Replacements
from brownout_core.services.storage import StoredFile
from brownout_harness.audit.mutant import Mutant, Part


class _Numbering(SupabaseClient):
    """It remembers where the newest is."""

    _sent: dict[str, int]

    async def upload(self, bucket: str, path: str, file: StoredFile, *, operation_id: str) -> None:
        self._sent[path] = self._sent.get(path, 0) + 1
        await super().upload(bucket, self._newest(path), file, operation_id=operation_id)

    async def download(self, bucket: str, path: str, *, operation_id: str) -> StoredFile:
        return await super().download(bucket, self._newest(path), operation_id=operation_id)

    def _newest(self, path: str) -> str:
        folder, _, name = path.rpartition("/")
        return f"{folder}/{self._sent[path]}/{name}"


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, SupabaseClient):
        admin = client.admin
        admin.__class__ = _Numbering
        admin._sent = {}  # type: ignore[attr-defined]
    return client


MUTANT = Mutant(
    name="names-files-anew",
    part=Part.ADAPTERS,
    about="each sending of a file has a place of its own: what was kept and not answered is kept twice",
    scenario="supabase-files",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=_client),
)
