"""Resumable uploads (TUS 1.0.0): begun, continued where the last piece ended, whole with the last byte.

Refusals are in TUS's own words, with the status that they mean; those that are storage's are its code and message.
"""

import base64
from email.utils import formatdate
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply, trimmed
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.supabase.instants import uuid4
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.storage.state import UPLOADS_LIMIT, Upload
from brownout_simulators.vendors.supabase.storage.uploading import Incoming, check_file, check_place, keep
from brownout_simulators.vendors.supabase.storage.work import RLS, Work, metadata_of

VERSION: Final = "1.0.0"
PIECE: Final = "application/offset+octet-stream"
BASE: Final = "/storage/v1/upload/resumable"
_ALWAYS: Final = {"tus-resumable": VERSION, "cache-control": "no-store"}


def options(call: Call, account: Account[State]) -> Reply:
    """OPTIONS: what is spoken."""
    del call, account
    about = {"tus-version": VERSION, "tus-extension": "creation,creation-with-upload,termination,expiration"}
    return Reply(204, b"", {**_ALWAYS, **about})


def begin(call: Call, account: Account[State]) -> Reply:
    """POST: a new upload; its body, if there is any, is the first piece."""
    work = Work(call, account)
    _check_version(call)
    who = work.caller()
    known = _metadata(call.headers.get("upload-metadata", ""))
    length = call.headers.get("upload-length", "")
    if not length.isdecimal() or len(length) > 15:
        raise _refused(412, "Upload-Length or Upload-Defer-Length header required")
    bucket_name, name = known.get("bucketName", ""), known.get("objectName", "")
    if not bucket_name or not name:
        raise _refused(400, "metadata: bucketName and objectName are required")
    try:
        bucket, name = work.bucket(bucket_name), work.key(name)
        mimetype = known.get("contentType") or "application/octet-stream"
        upserts = call.headers.get("x-upsert") == "true"
        check_file(work, bucket, int(length), mimetype)
        check_place(work, who, bucket, name, upserts=upserts)
    except Refused as refused:
        raise _in_tus(refused) from None
    if len(work.state.uploads) >= UPLOADS_LIMIT:
        raise _refused(413, f"This simulator keeps at most {UPLOADS_LIMIT} uploads of a project that are not whole")
    seconds = known.get("cacheControl", "")
    upload = Upload(
        id=_id(work, bucket.id, name),
        bucket=bucket.id,
        name=name,
        owner=who.user,
        length=int(length),
        expires_s=work.now_s + work.setup.upload_expires_s,
        mimetype=mimetype,
        cache_control=f"max-age={seconds}" if seconds else "no-cache",
        upserts=upserts,
        user_metadata=metadata_of(known.get("metadata"), encoded=False),
    )
    work.state.uploads.add(upload.id, upload)
    if call.body and call.headers.get("content-type") == PIECE:
        _take(work, upload)
    elif not upload.length:
        _finish(work, upload)
    headers = {**_ALWAYS, **_expiry(upload), "location": f"{account.base_url}{BASE}/{upload.id}"}
    if upload.offset:
        headers["upload-offset"] = str(upload.offset)
    return Reply(201, b"", headers, effects=tuple(work.effects))


def look(call: Call, account: Account[State]) -> Reply:
    """HEAD: how far it has come."""
    work = Work(call, account)
    upload = _upload(work)
    headers = {"upload-offset": str(upload.offset), "upload-length": str(upload.length)}
    return Reply(200, b"", {**_ALWAYS, **_expiry(upload), **headers})


def go_on(call: Call, account: Account[State]) -> Reply:
    """PATCH: the next piece, from the offset on that the upload has."""
    work = Work(call, account)
    upload = _upload(work)
    if call.headers.get("content-type") != PIECE:
        raise _refused(403, "Content-Type header required")
    offset = call.headers.get("upload-offset", "")
    if not offset.isdecimal():
        raise _refused(403, "Upload-Offset header required")
    if offset != str(upload.offset):
        raise _refused(409, "Upload-Offset from request does not match")
    _take(work, upload)
    headers = {**_ALWAYS, "upload-offset": str(int(offset) + len(call.body)), **_expiry(upload)}
    return Reply(204, b"", headers, effects=tuple(work.effects))


def give_up(call: Call, account: Account[State]) -> Reply:
    """DELETE: what has come is dropped."""
    work = Work(call, account)
    work.state.drop(_upload(work))
    return Reply(204, b"", dict(_ALWAYS))


def _take(work: Work, upload: Upload) -> None:
    piece = work.call.body
    if upload.offset + len(piece) > upload.length:
        raise _refused(413, "Maximum size exceeded")
    if work.state.kept + len(piece) > work.setup.memory:
        megabytes = work.setup.memory // 1_000_000
        raise _refused(413, f"This simulator keeps at most {megabytes} MB of a project's files")
    work.state.came(upload, trimmed(piece))
    if upload.offset == upload.length:
        _finish(work, upload)


def _finish(work: Work, upload: Upload) -> None:
    """The last byte is there: now it is an object, unless somebody else's is in its place by now."""
    bucket = work.state.buckets.get(upload.bucket)
    body = b"".join(upload.pieces)
    work.state.drop(upload)
    if bucket is None:
        raise _refused(404, "Bucket not found")
    if work.state.find(upload.bucket, upload.name) is not None and not upload.upserts:
        raise _refused(409, "The resource already exists")
    file = Incoming(body, upload.mimetype, upload.cache_control, upload.user_metadata)
    keep(work, upload.owner, bucket, upload.name, file)


def _upload(work: Work) -> Upload:
    _check_version(work.call)
    who = work.caller()
    upload = work.state.uploads.get(work.call.params["id"])
    if upload is None:
        raise _refused(404, "The file for this url was not found")
    if upload.owner != who.user and who.role != "service_role":
        raise _refused(403, RLS)
    if work.now_s >= upload.expires_s:
        work.state.drop(upload)
        raise _refused(410, "The file for this url no longer exists")
    return upload


def _check_version(call: Call) -> None:
    if call.headers.get("tus-resumable") != VERSION:
        raise _refused(412, "Tus-Resumable Required")


def _expiry(upload: Upload) -> dict[str, str]:
    return {"upload-expires": formatdate(upload.expires_s, usegmt=True)}


def _id(work: Work, bucket: str, name: str) -> str:
    raw = f"{work.account.name}/{bucket}/{name}/{uuid4(work.account.ids)}"
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _metadata(text: str) -> dict[str, str]:
    """`bucketName YXZhdGFycw==,objectName …`; what cannot be read is left out."""
    found = {}
    for entry in text.split(","):
        name, _, value = entry.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value).decode()
        except ValueError:
            continue
    return found


def _refused(status: int, message: str) -> Refused:
    headers = {**_ALWAYS, "content-type": "text/plain; charset=utf-8"}
    return Refused(Reply(status, message.encode(), headers, executed=False))


def _in_tus(refused: Refused) -> Refused:
    """Storage's refusal, as its TUS server tells it: with the status that it means."""
    body: dict[str, Any] = orjson.loads(refused.reply.body)
    return _refused(int(body["statusCode"]), str(body["message"]))
