"""An object goes out: whole or a range of it, its head alone, or what is known of it."""

import re
from email.utils import formatdate
from typing import Final
from urllib.parse import parse_qs, quote

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.instants import zulu
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.storage.errors import refuse
from brownout_simulators.vendors.supabase.storage.state import Object
from brownout_simulators.vendors.supabase.storage.work import Work

_RANGE: Final = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


def download(call: Call, account: Account[State]) -> Reply:
    """GET /object/{bucket}/{path}, and under `authenticated/`; HEAD, of which a host sends no body."""
    work = Work(call, account)
    return rendered(work, _found(work))


def download_public(call: Call, account: Account[State]) -> Reply:
    """GET /object/public/{bucket}/{path}."""
    work = Work(call, account)
    return rendered(work, _public(work))


def info(call: Call, account: Account[State]) -> Reply:
    """GET /object/info/{bucket}/{path}."""
    work = Work(call, account)
    return _info(work, _found(work))


def info_public(call: Call, account: Account[State]) -> Reply:
    """GET /object/info/public/{bucket}/{path}."""
    work = Work(call, account)
    return _info(work, _public(work))


def rendered(work: Work, one: Object, *, expires_s: float | None = None) -> Reply:
    """The object, or the part of it that is asked for."""
    one.accessed_s = work.now_s
    headers = {
        "content-type": one.mimetype,
        "cache-control": one.cache_control,
        "etag": one.etag,
        "last-modified": formatdate(one.updated_s, usegmt=True),
        "accept-ranges": "bytes",
    }
    if expires_s is not None:
        headers["expires"] = formatdate(expires_s, usegmt=True)
    wanted = parse_qs(work.call.query, keep_blank_values=True).get("download")
    if wanted is not None:
        name = wanted[0] or one.name.rpartition("/")[2]
        headers["content-disposition"] = f"attachment; filename={quote(name)}; filename*=UTF-8''{quote(name)};"
    if one.etag in [part.strip() for part in work.call.headers.get("if-none-match", "").split(",")]:
        return Reply(304, b"", headers)
    asked = _RANGE.fullmatch(work.call.headers.get("range", ""))
    if asked is None or not (asked[1] or asked[2]):
        return Reply(200, one.body, headers)
    start, end = _bounds(asked[1], asked[2], len(one.body))
    headers["content-range"] = f"bytes {start}-{end}/{len(one.body)}"
    return Reply(206, one.body[start : end + 1], headers)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last) if last else size - 1, size - 1)
    if start > end or not size:
        raise refuse("InvalidRange")
    return start, end


def _found(work: Work) -> Object:
    who = work.caller()
    bucket = work.bucket(work.call.params["bucket"])
    if bucket.public:
        return _of_public(work, bucket.id)
    return work.seen(who, bucket.id, work.call.params["path"])


def _public(work: Work) -> Object:
    bucket = work.state.buckets.get(work.call.params["bucket"])
    if bucket is None or not bucket.public:
        raise refuse("NoSuchBucket")
    return _of_public(work, bucket.id)


def _of_public(work: Work, bucket: str) -> Object:
    one = work.state.find(bucket, work.call.params["path"])
    if one is None:
        raise refuse("NoSuchKey")
    return one


def _info(work: Work, one: Object) -> Reply:
    body = {
        "id": one.id,
        "name": one.name,
        "version": one.version,
        "bucket_id": one.bucket,
        "size": len(one.body),
        "content_type": one.mimetype,
        "cache_control": one.cache_control,
        "etag": one.etag,
        "metadata": one.user_metadata,
        "last_modified": zulu(one.updated_s),
        "created_at": zulu(one.created_s),
    }
    return work.reply(body)
