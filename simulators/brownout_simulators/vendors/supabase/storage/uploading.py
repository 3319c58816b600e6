"""An object comes in: as a form with a file, or as a body that is the file."""

import hashlib
from typing import Any, NamedTuple

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply, trimmed
from brownout_simulators.multipart import parts_of
from brownout_simulators.vendors.supabase.identity import Identity
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.storage.errors import refuse
from brownout_simulators.vendors.supabase.storage.state import OBJECTS_LIMIT, Bucket, Object
from brownout_simulators.vendors.supabase.storage.work import RLS, Work, metadata_of


class Incoming(NamedTuple):
    """What is to be kept."""

    body: bytes
    mimetype: str
    cache_control: str
    user_metadata: dict[str, Any] | None


def create(call: Call, account: Account[State]) -> Reply:
    """POST /object/{bucket}/{path}: new, unless `x-upsert: true`."""
    return _upload(call, account, upserts=call.headers.get("x-upsert") == "true")


def replace(call: Call, account: Account[State]) -> Reply:
    """PUT /object/{bucket}/{path}: in the place of what is there, if anything is."""
    return _upload(call, account, upserts=True)


def incoming(call: Call) -> Incoming:
    """The file and what goes with it. Raises `Refused`."""
    kind = call.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        mimetype = kind.partition(";")[0].strip() or "application/octet-stream"
        cache = call.headers.get("cache-control", "no-cache")
        return Incoming(call.body, mimetype, cache, metadata_of(call.headers.get("x-metadata"), encoded=True))
    try:
        parts = parts_of(kind, call.body)
        fields = {part.name: part.text for part in parts if part.filename is None}
    except ValueError as error:
        raise refuse("InvalidRequest", str(error)[:200]) from None
    file = next((part for part in parts if part.filename is not None), None)
    if file is None:
        raise refuse("InvalidRequest", "No content provided")
    seconds = fields.get("cacheControl", "")
    return Incoming(
        body=file.content,
        mimetype=fields.get("contentType") or file.content_type.partition(";")[0] or "application/octet-stream",
        cache_control=f"max-age={seconds}" if seconds else "no-cache",
        user_metadata=metadata_of(fields.get("metadata"), encoded=False),
    )


def check_file(work: Work, bucket: Bucket, size: int, mimetype: str) -> None:
    """Whether a bucket takes such a file, and there is room for it."""
    if size > min(work.setup.file_size_limit, bucket.file_size_limit or work.setup.file_size_limit):
        raise refuse("EntityTooLarge")
    if bucket.allowed_mime_types and not any(_fits(mimetype, each) for each in bucket.allowed_mime_types):
        raise refuse("InvalidMimeType", what=mimetype[:100])
    if work.state.kept + size > work.setup.memory:
        megabytes = work.setup.memory // 1_000_000
        raise refuse("EntityTooLarge", f"This simulator keeps at most {megabytes} MB of a project's files")


def check_place(work: Work, who: Identity, bucket: Bucket, name: str, *, upserts: bool) -> None:
    """Whether somebody may put an object there."""
    before = work.state.find(bucket.id, name)
    if before is None and not work.may(who, bucket.id, "insert"):
        raise refuse("AccessDenied", RLS)
    if before is None and len(work.state.objects) >= OBJECTS_LIMIT:
        raise refuse("EntityTooLarge", f"This simulator keeps at most {OBJECTS_LIMIT} objects of a project")
    if before is None:
        return
    if not upserts:
        raise refuse("KeyAlreadyExists")
    if not (work.may(who, bucket.id, "select", before) and work.may(who, bucket.id, "update", before)):
        raise refuse("AccessDenied", f'{RLS} (USING expression) for table "objects"')


def keep(work: Work, owner: str, bucket: Bucket, name: str, file: Incoming) -> Object:
    """The object is there from now on."""
    before = work.state.find(bucket.id, name)
    one = Object(
        id=work.id() if before is None else before.id,
        bucket=bucket.id,
        name=name,
        owner=owner,
        version=work.id(),
        created_s=work.now_s if before is None else before.created_s,
        updated_s=work.now_s,
        accessed_s=work.now_s,
        body=trimmed(file.body),
        mimetype=file.mimetype,
        cache_control=file.cache_control,
        etag=f'"{hashlib.md5(file.body, usedforsecurity=False).hexdigest()}"',
        user_metadata=file.user_metadata,
    )
    work.state.put(one)
    work.note("supabase.object" if before is None else "supabase.object_updated", one)
    return one


def _upload(call: Call, account: Account[State], *, upserts: bool) -> Reply:
    work = Work(call, account)
    who = work.caller()
    bucket, name = work.bucket(call.params["bucket"]), work.key(call.params["path"])
    file = incoming(call)
    check_file(work, bucket, len(file.body), file.mimetype)
    check_place(work, who, bucket, name, upserts=upserts)
    one = keep(work, who.user, bucket, name, file)
    return work.reply({"Id": one.id, "Key": f"{bucket.id}/{name}"})


def _fits(mimetype: str, allowed: str) -> bool:
    kind, _, rest = allowed.partition("/")
    return allowed in (mimetype, "*/*") or (rest == "*" and mimetype.partition("/")[0] == kind)
