"""`keep_file`: keep one file, by Supabase; told as done when what is there is what was sent.

    put it there ─▶ read it back ─▶ done

It has a place of its own, made from the operation's id, and is put into the place of whatever is there: any number of
sendings are one file. What is read back and is another file, or none yet, is looked at again; who cannot look says that
it may be there. A file can wait, so every transient failure is set aside.
"""

import hashlib
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from brownout_core.adapters import supabase
from brownout_core.adapters.supabase import SupabaseClient
from brownout_core.asking import Asking
from brownout_core.errors import ResponseBroken
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.request import FlowRequest
from brownout_core.services.storage import StoredFile

BUCKET: Final = "attachments"
"""Somebody has made it, for the project."""
CALL: Final = "download"


class FileRequest(FlowRequest):
    """Keep one file."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    content_type: Annotated[str, Field(max_length=100, pattern=r"^[a-z]+/[a-z0-9.+-]+$")]
    text: Annotated[str, Field(max_length=100_000)]
    size: Annotated[int, Field(ge=0, le=400_000)]
    """In bytes of UTF-8: a text that was cut on its way here is no such file."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len(self.text.encode()) != self.size:
            raise ValueError("the text has not so many bytes")
        return self

    @property
    def place(self) -> str:
        """Its path in the bucket, the same for ever."""
        return f"{hashlib.sha256(self.operation_id.encode()).hexdigest()[:40]}/{self.name}"


class KeepFile(Flow[FileRequest]):
    """Uploads, and looks."""

    name, path, request = "keep_file", "/v1/files", FileRequest
    uses = (supabase.ADAPTER,)
    http_status = 201
    sets_aside = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._supabase = self.guarded(supabase.ADAPTER)

    async def do(self, request: FileRequest, asking: Asking) -> dict[str, Any]:
        """One file."""
        file = StoredFile(content=request.text.encode(), content_type=request.content_type)
        await self._supabase(
            asking,
            "upload",
            lambda client: client.admin.upload(BUCKET, request.place, file, operation_id=request.operation_id),
            idempotent=True,
        )

        async def look(client: SupabaseClient) -> StoredFile:
            seen = await client.admin.download(BUCKET, request.place, operation_id=request.operation_id)
            if seen.content != file.content:
                raise ResponseBroken("supabase", CALL, "what is there is another file")
            return seen

        kept = await self._supabase.read(asking, CALL, look)
        return {"file": request.place, "size": len(kept.content), "content_type": kept.content_type}
