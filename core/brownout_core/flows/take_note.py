"""`take_note`: a note of the application's own user, by Supabase and under its row level security.

The user signs in once, and stays signed in by refresh tokens. A note is written under the operation's id, which is
unique in its table: any number of sendings are one row.
"""

from typing import Annotated, Any, Final

from pydantic import Field

from brownout_core.adapters import supabase
from brownout_core.adapters.supabase import SupabaseClient
from brownout_core.asking import Asking
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.request import FlowRequest
from brownout_core.services.storage import Row

TABLE: Final = "notes"
KEY: Final = "business_key"


class NoteRequest(FlowRequest):
    """Keep one note."""

    text: Annotated[str, Field(min_length=1, max_length=2_000)]


class TakeNote(Flow[NoteRequest]):
    """Inserts a row as a user, whose `owner` the database fills in."""

    name, path, request = "take_note", "/v1/notes", NoteRequest
    uses = (supabase.ADAPTER,)
    http_status = 201
    sets_aside = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._supabase = self.guarded(supabase.ADAPTER)

    async def do(self, request: NoteRequest, asking: Asking) -> dict[str, Any]:
        """One row."""
        row = {KEY: request.operation_id, "text": request.text}

        async def insert(client: SupabaseClient) -> Row:
            return await client.session.used(
                lambda token: client.of(token).insert(TABLE, row, key=KEY, operation_id=request.operation_id)
            )

        note = await self._supabase(asking, "insert", insert, idempotent=True)
        return {"note": str(note.get("id", ""))}
