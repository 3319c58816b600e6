"""Files: uploaded as multipart, listed, read, deleted."""

from collections.abc import Mapping
from typing import Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.multipart import Part
from brownout_simulators.vendors.openai import validation as v
from brownout_simulators.vendors.openai.chat import JSON
from brownout_simulators.vendors.openai.errors import refuse
from brownout_simulators.vendors.openai.paging import page
from brownout_simulators.vendors.openai.resources import Object, State, StoredFile

PURPOSES: Final = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")


def create(call: Call, account: Account[State]) -> Reply:
    """POST /v1/files."""
    data: Mapping[str, object] = call.data
    for name in ("file", "purpose"):
        if name not in data:
            raise v.missing(name)
    file, purpose = data["file"], data["purpose"]
    if not isinstance(file, Part) or not isinstance(purpose, Part) or file.filename is None:
        raise refuse("'file' must be a file of a multipart form, 'purpose' a field.", param="file", code="invalid_type")
    try:
        v.one_of(*PURPOSES)(purpose.text, "purpose")
    except ValueError:
        raise refuse("Invalid 'purpose': not valid UTF-8.", param="purpose", code="invalid_value") from None
    body = add(account, file.filename, purpose.text, file.content)
    return Reply(200, orjson.dumps(body), dict(JSON))


def add(account: Account[State], filename: str, purpose: str, content: bytes) -> Object:
    """Keep a file; how it is shown."""
    body: Object = {
        "id": f"file-{account.ids.base62(22)}",
        "object": "file",
        "bytes": len(content),
        "created_at": int(account.wall_s()),
        "filename": filename.encode("utf-8", "replace").decode(),
        "purpose": purpose,
        "status": "processed",
    }
    account.state.files.add(body["id"], StoredFile(body, content), account.clock())
    return body


def list_files(call: Call, account: Account[State]) -> Reply:
    """GET /v1/files, of one purpose or of all."""
    purpose = call.data.get("purpose")
    found = page(
        call,
        account.state.files,
        shown=lambda file: file.body,
        wanted=lambda file: purpose is None or file.body["purpose"] == purpose,
        default=10_000,
        most=10_000,
    )
    return Reply(200, orjson.dumps(found), dict(JSON))


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /v1/files/{id}."""
    return Reply(200, orjson.dumps(_file(call, account).body), dict(JSON))


def content(call: Call, account: Account[State]) -> Reply:
    """GET /v1/files/{id}/content."""
    file = _file(call, account)
    name = "".join(letter for letter in file.body["filename"] if letter.isprintable() and letter not in '"\\')
    headers = {
        "content-type": "application/octet-stream",
        "content-disposition": f'attachment; filename="{name.encode("ascii", "replace").decode()}"',
    }
    return Reply(200, file.content, headers)


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /v1/files/{id}."""
    id = _file(call, account).body["id"]  # noqa: A001
    account.state.files.remove(id)
    return Reply(200, orjson.dumps({"id": id, "object": "file", "deleted": True}), dict(JSON))


def _file(call: Call, account: Account[State]) -> StoredFile:
    found = account.state.files.get(call.params["id"])
    if found is None:
        raise refuse(f"No such File object: {call.params['id'][:100]}", param="id", status=404)
    return found
