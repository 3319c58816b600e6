"""Buckets: made, listed, changed, emptied, deleted. The service's alone: users are let at objects, not at buckets."""

from typing import Any

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.keys import SERVICE
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.storage.errors import refuse
from brownout_simulators.vendors.supabase.storage.setup import bytes_of
from brownout_simulators.vendors.supabase.storage.state import BUCKETS_LIMIT, Bucket
from brownout_simulators.vendors.supabase.storage.work import RLS, Work


def create(call: Call, account: Account[State]) -> Reply:
    """POST /bucket."""
    work = Work(call, account)
    who = work.caller()
    name = work.bucket_name(work.text("name", needed=True))
    bucket_id = work.bucket_name(work.text("id") or name)
    if who.role != SERVICE:
        raise refuse("AccessDenied", RLS)
    if bucket_id in work.state.buckets:
        raise refuse("BucketAlreadyExists")
    if len(work.state.buckets) >= BUCKETS_LIMIT:
        raise refuse("EntityTooLarge", f"This simulator keeps at most {BUCKETS_LIMIT} buckets of a project")
    limit, types = _limit(work), _types(work)
    made = Bucket(bucket_id, name, who.user, _public(work) or False, work.now_s, work.now_s, limit, types)
    work.state.buckets[bucket_id] = made
    return work.reply({"name": name})


def list_all(call: Call, account: Account[State]) -> Reply:
    """GET /bucket: nothing to whom no policy shows any."""
    work = Work(call, account)
    if work.caller().role != SERVICE:
        return work.reply([])
    return work.reply([bucket.shown() for bucket in work.state.buckets.values()])


def show(call: Call, account: Account[State]) -> Reply:
    """GET /bucket/{id}."""
    work = Work(call, account)
    return work.reply(_bucket(work).shown())


def change(call: Call, account: Account[State]) -> Reply:
    """PUT /bucket/{id}: what is not named stays."""
    work = Work(call, account)
    bucket = _bucket(work)
    public = _public(work)
    limit, types = _limit(work), _types(work)
    if public is not None:
        bucket.public = public
    if "file_size_limit" in call.data:
        bucket.file_size_limit = limit
    if "allowed_mime_types" in call.data:
        bucket.allowed_mime_types = types
    bucket.updated_s = work.now_s
    return work.reply({"message": "Successfully updated"})


def empty(call: Call, account: Account[State]) -> Reply:
    """POST /bucket/{id}/empty: at once, where the real one takes up to an hour."""
    work = Work(call, account)
    bucket = _bucket(work)
    for one in list(work.state.within(bucket, "")):
        work.state.remove(one)
        work.note("supabase.object_deleted", one)
    return work.reply({"message": "Empty bucket has been queued. Completion may take up to an hour."})


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /bucket/{id}: an empty one."""
    work = Work(call, account)
    bucket = _bucket(work)
    if bucket.names:
        raise refuse("ResourceNotEmpty")
    del work.state.buckets[bucket.id]
    return work.reply({"message": "Successfully deleted"})


def _bucket(work: Work) -> Bucket:
    if work.caller().role != SERVICE:
        raise refuse("NoSuchBucket")
    return work.bucket(work.call.params["id"])


def _public(work: Work) -> bool | None:
    value = work.call.data.get("public")
    if value is not None and not isinstance(value, bool):
        raise refuse("InvalidRequest", "body/public must be boolean")
    return value


def _limit(work: Work) -> int | None:
    value: Any = work.call.data.get("file_size_limit")
    if value is None:
        return None
    size = bytes_of(value)
    if size is None:
        raise refuse("InvalidRequest", "Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B")
    if size > work.setup.file_size_limit:
        raise refuse("EntityTooLarge")
    return size


def _types(work: Work) -> list[str] | None:
    value = work.call.data.get("allowed_mime_types")
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise refuse("InvalidRequest", "body/allowed_mime_types must be array")
    return [each for each in value if each] or None
