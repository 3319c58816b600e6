"""Objects are moved, copied and deleted."""

from dataclasses import replace
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.storage.errors import refuse
from brownout_simulators.vendors.supabase.storage.uploading import Incoming, check_file, check_place, keep
from brownout_simulators.vendors.supabase.storage.work import RLS, Work, metadata_of

AT_ONCE: Final = 1_000


def move(call: Call, account: Account[State]) -> Reply:
    """POST /object/move: the same object under another name, never over another."""
    work = Work(call, account)
    who = work.caller()
    source = work.bucket(work.text("bucketId", needed=True))
    target = work.bucket(work.text("destinationBucket") or source.id)
    name = work.key(work.text("destinationKey", needed=True))
    one = work.seen(who, source.id, work.text("sourceKey", needed=True))
    if not work.may(who, source.id, "update", one) or not work.may(who, target.id, "insert"):
        raise refuse("AccessDenied", RLS)
    if work.state.find(target.id, name) is not None:
        raise refuse("KeyAlreadyExists")
    work.state.remove(one)
    moved = replace(one, bucket=target.id, name=name, version=work.id(), updated_s=work.now_s)
    work.state.put(moved)
    work.note("supabase.object_updated", moved)
    return work.reply({"message": "Successfully moved", "Id": moved.id, "Key": moved.name})


def copy(call: Call, account: Account[State]) -> Reply:
    """POST /object/copy: another object with the same body."""
    work = Work(call, account)
    who = work.caller()
    source = work.bucket(work.text("bucketId", needed=True))
    target = work.bucket(work.text("destinationBucket") or source.id)
    name = work.key(work.text("destinationKey", needed=True))
    one = work.seen(who, source.id, work.text("sourceKey", needed=True))
    copies = call.data.get("copyMetadata", True) is not False
    known = metadata_of(call.headers.get("x-metadata"), encoded=True)
    file = Incoming(one.body, one.mimetype, one.cache_control, one.user_metadata if copies else known)
    check_file(work, target, len(one.body), one.mimetype)
    check_place(work, who, target, name, upserts=call.headers.get("x-upsert") == "true")
    made = keep(work, who.user, target, name, file)
    return work.reply({"Id": made.id, "Key": f"{target.id}/{name}", **made.shown()})


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /object/{bucket}/{path}."""
    work = Work(call, account)
    who = work.caller()
    one = work.seen(who, work.bucket(call.params["bucket"]).id, call.params["path"])
    if not work.may(who, one.bucket, "delete", one):
        raise refuse("AccessDenied", "Access denied")
    work.state.remove(one)
    work.note("supabase.object_deleted", one)
    return work.reply({"message": "Successfully deleted"})


def delete_many(call: Call, account: Account[State]) -> Reply:
    """DELETE /object/{bucket}: those that are there and may be deleted; the others are not mentioned."""
    work = Work(call, account)
    who = work.caller()
    bucket = work.bucket(call.params["bucket"])
    names = call.data.get("prefixes")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise refuse("InvalidRequest", "body/prefixes must be array")
    if len(names) > AT_ONCE:
        raise refuse("InvalidRequest", f"Bulk object requests are limited to {AT_ONCE} objects per request.")
    gone = []
    for name in dict.fromkeys(names):
        one = work.state.find(bucket.id, name)
        if one is None or not (work.may(who, bucket.id, "select", one) and work.may(who, bucket.id, "delete", one)):
            continue
        work.state.remove(one)
        work.note("supabase.object_deleted", one)
        gone.append(one.shown())
    return work.reply(gone)
