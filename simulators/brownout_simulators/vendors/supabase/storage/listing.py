"""Lists: a folder at a time with offset and order, or everything under a prefix with a cursor."""

import base64
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.identity import Identity
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.storage.errors import refuse
from brownout_simulators.vendors.supabase.storage.state import Bucket, Object
from brownout_simulators.vendors.supabase.storage.work import Work

LIMIT: Final = 100
MOST: Final = 1_000
_LAST: Final = "\U0010ffff"
_BY: Final[dict[str, Callable[[Object], Any]]] = {
    "name": lambda one: one.name,
    "updated_at": lambda one: one.updated_s,
    "created_at": lambda one: one.created_s,
    "last_accessed_at": lambda one: one.accessed_s,
}
Entry = Object | str
"""An object, or a folder's name without its slash."""


def list_folder(call: Call, account: Account[State]) -> Reply:
    """POST /object/list/{bucket}: what is directly in a folder; folders are entries without an id."""
    work = Work(call, account)
    who = work.caller()
    prefix = work.text("prefix", needed=True)
    limit, offset = min(MOST, work.whole("limit", LIMIT, 1)), work.whole("offset", 0)
    column, descends = _order(work)
    search = work.text("search")
    bucket = work.state.buckets.get(call.params["bucket"])
    if bucket is None:
        return work.reply([])
    folder = prefix.strip("/") + "/" if prefix.strip("/") else ""
    if "/" in search:  # as the service does: the search may name a folder, too
        inner, _, search = search.rpartition("/")
        folder += inner.strip("/") + "/"
    entries = _matching(work, who, bucket, folder, search)
    if column == "name" and not descends:
        page = list(islice(entries, offset, offset + limit))
    else:
        page = _sorted(list(entries), column, folder, descends=descends)[offset : offset + limit]
    return work.reply([_shown(each, folder) for each in page])


def list_all(call: Call, account: Account[State]) -> Reply:
    """POST /object/list-v2/{bucket}: in the order of names, on from a cursor."""
    work = Work(call, account)
    who = work.caller()
    prefix, limit = work.text("prefix"), min(MOST, work.whole("limit", MOST, 1))
    after = _cursor(work.text("cursor"))
    folds = call.data.get("with_delimiter") is True
    bucket = work.state.buckets.get(call.params["bucket"])
    found = [] if bucket is None else list(islice(_from(work, who, bucket, prefix, after, folds=folds), limit + 1))
    page, has_next = found[:limit], len(found) > limit
    body: dict[str, Any] = {
        "hasNext": has_next,
        "folders": [{"name": each + "/", "key": each + "/"} for each in page if isinstance(each, str)],
        "objects": [_row(each) for each in page if isinstance(each, Object)],
    }
    if has_next:
        last = page[-1]
        name = last.name if isinstance(last, Object) else last + "/"
        body["nextCursor"] = base64.b64encode(f"l:{name}".encode()).decode()
    return work.reply(body)


def _order(work: Work) -> tuple[str, bool]:
    asked = work.call.data.get("sortBy")
    if asked is None:
        return "name", False
    column = asked.get("column", "name") if isinstance(asked, dict) else None
    order = asked.get("order", "asc") if isinstance(asked, dict) else None
    if column not in _BY or order not in ("asc", "desc", None):
        raise refuse("InvalidRequest", "body/sortBy/column must be equal to one of the allowed values")
    return str(column), order == "desc"


def _matching(work: Work, who: Identity, bucket: Bucket, folder: str, search: str) -> Iterator[Entry]:
    wanted = search.lower()
    for entry in _from(work, who, bucket, folder, "", folds=True):
        name = entry if isinstance(entry, str) else entry.name
        if name.removeprefix(folder).lower().startswith(wanted):
            yield entry


def _from(work: Work, who: Identity, bucket: Bucket, prefix: str, after: str, *, folds: bool) -> Iterator[Entry]:
    """What begins with a prefix, in order, behind a name; with `folds` a folder below it is one entry."""
    names = bucket.names
    place = max(bisect_left(names, prefix), bisect_left(names, after + "\0") if after else 0)
    if folds and after.endswith("/"):
        place = max(place, bisect_left(names, after + _LAST))
    while place < len(names) and names[place].startswith(prefix):
        name = names[place]
        below = name.find("/", len(prefix)) if folds else -1
        one = work.state.find(bucket.id, name)
        is_seen = one is not None and work.may(who, bucket.id, "select", one)
        if below >= 0 and is_seen:
            yield name[:below]
            place = bisect_left(names, name[: below + 1] + _LAST)
            continue
        if is_seen and one is not None:
            yield one
        place += 1


def _sorted(entries: list[Entry], column: str, folder: str, *, descends: bool) -> list[Entry]:
    """Folders have no instants: they come first."""
    if column == "name":
        return sorted(entries, key=lambda each: each if isinstance(each, str) else each.name, reverse=descends)
    del folder
    folders: list[Entry] = [each for each in entries if isinstance(each, str)]
    objects = [each for each in entries if isinstance(each, Object)]
    return [*folders, *sorted(objects, key=_BY[column], reverse=descends)]


def _shown(entry: Entry, folder: str) -> dict[str, Any]:
    if isinstance(entry, Object):
        return _row(entry, entry.name.removeprefix(folder))
    nothing = dict.fromkeys(("id", "updated_at", "created_at", "last_accessed_at", "metadata"))
    return {"name": entry.removeprefix(folder), **nothing}


def _row(one: Object, name: str | None = None) -> dict[str, Any]:
    shown = one.shown(name=name)
    row = {key: shown[key] for key in ("name", "id", "updated_at", "created_at", "last_accessed_at", "metadata")}
    return row if name is not None else {**row, "key": one.name}


def _cursor(text: str) -> str:
    if not text:
        return ""
    try:
        kind, _, name = base64.b64decode(text, validate=True).decode().partition(":")
    except ValueError:
        kind, name = "", ""
    if kind != "l":
        raise refuse("InvalidRequest", "Invalid cursor")
    return name
