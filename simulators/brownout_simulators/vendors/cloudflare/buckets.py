"""Buckets of R2, shallow: made, listed, removed. Objects are in the S3 side of it, which is not simulated."""

import re
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.cloudflare.dialect import moment, reply
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.paging import number
from brownout_simulators.vendors.cloudflare.resources import Object, State

PER_PAGE: Final = (20, 1, 1_000)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,62}(?<!-)", re.ASCII)
CLASSES: Final = ("Standard", "InfrequentAccess")
LOCATIONS: Final = ("apac", "eeur", "enam", "weur", "wnam", "oc")


def create(call: Call, account: Account[State]) -> Reply:
    """POST …/buckets."""
    name, kind = call.data.get("name"), call.data.get("storageClass", CLASSES[0])
    place = call.data.get("locationHint", "weur")
    if not isinstance(name, str) or _NAME.fullmatch(name) is None or kind not in CLASSES or place not in LOCATIONS:
        raise refuse("bucket_request")
    if name in account.state.buckets:
        raise refuse("bucket_exists")
    row: Object = {
        "name": name, "creation_date": moment(account.wall_s()), "location": place, "storage_class": kind,
        "jurisdiction": "default",
    }  # fmt: skip
    account.state.buckets.add(name, row, account.clock())
    return reply(row, effects=[Effect("cloudflare.r2_bucket", name, fields={"op": "create", "name": name})])


def list_buckets(call: Call, account: Account[State]) -> Reply:
    """GET …/buckets: an object with a list, and a cursor that the caller follows himself."""
    size = number(call.data, "per_page", *PER_PAGE)
    after = call.data.get("cursor") or call.data.get("start_after", "")
    part = call.data.get("name_contains", "")
    rows = []
    for row in account.state.buckets.oldest_first():
        if account.as_of_s is not None and account.state.buckets.added_s(row["name"]) > account.as_of_s:
            account.was_stale = True
        elif row["name"] > after and part in row["name"]:
            rows.append(row)
    rows.sort(key=lambda row: str(row["name"]))
    shown = rows[:size]
    info = {"cursor": shown[-1]["name"] if len(rows) > size else "", "per_page": size}
    return reply({"buckets": shown}, result_info=info)


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET …/buckets/{bucket}."""
    row = account.state.buckets.get(call.params["bucket"])
    if row is None:
        raise refuse("bucket_unknown")
    return reply(row)


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE …/buckets/{bucket}: it is always empty."""
    name = call.params["bucket"]
    if account.state.buckets.remove(name) is None:
        raise refuse("bucket_unknown")
    return reply({}, effects=[Effect("cloudflare.r2_bucket", name, fields={"op": "delete", "name": name})])


_ALL: Final = "/accounts/{account}/r2/buckets"
ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", _ALL, create),
    Route("GET", _ALL, list_buckets),
    Route("GET", f"{_ALL}/{{bucket}}", fetch),
    Route("DELETE", f"{_ALL}/{{bucket}}", remove),
)
