"""DNS records, one at a time."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.cloudflare.dialect import object_id, reply
from brownout_simulators.vendors.cloudflare.errors import error, refuse
from brownout_simulators.vendors.cloudflare.filters import listed, visible
from brownout_simulators.vendors.cloudflare.magic import COMMIT_THEN_500, GHOST
from brownout_simulators.vendors.cloudflare.paging import page
from brownout_simulators.vendors.cloudflare.record_book import RecordBook
from brownout_simulators.vendors.cloudflare.record_content import MADE, Reader
from brownout_simulators.vendors.cloudflare.resources import Object, State, Zone
from brownout_simulators.vendors.cloudflare.setup import settings
from brownout_simulators.vendors.cloudflare.zone_lookup import zone_of

PER_PAGE: Final = (100, 1, 5_000_000)
VISIBLE_S: Final = (1.0, 5.0)
"""An estimate: until name servers tell what was changed, each record for itself."""


def create(call: Call, account: Account[State]) -> Reply:
    """POST /zones/{zone}/dns_records."""
    zone = zone_of(call, account)
    said = reader(account, zone).record(call.data)
    row = RecordBook(account, zone).add(said, is_ghost=said["comment"] == GHOST)
    if said["comment"] == GHOST:
        return reply(row)
    effects = [told(account, zone, "create", row)]
    if said["comment"] == COMMIT_THEN_500:
        broken = error("unknown_error")
        broken.effects = effects
        return broken
    return reply(row, effects=effects)


def list_records(call: Call, account: Account[State]) -> Reply:
    """GET /zones/{zone}/dns_records."""
    zone = zone_of(call, account)
    return page(account, call.data, listed(account, zone, call.data), lambda row: row, PER_PAGE)


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /zones/{zone}/dns_records/{record}."""
    zone, record_id = zone_of(call, account), object_id(call, "record")
    row = visible(account, zone.records.get(record_id) or zone.gone.get(record_id))
    if row is None:
        raise refuse("record_unknown")
    return reply(row)


def patch(call: Call, account: Account[State]) -> Reply:
    """PATCH: what is not said stays."""
    zone, record_id = zone_of(call, account), object_id(call, "record")
    book = RecordBook(account, zone)
    row = book.change(record_id, reader(account, zone).record(merged(book.find(record_id), call.data)))
    return reply(row, effects=[told(account, zone, "update", row)])


def put(call: Call, account: Account[State]) -> Reply:
    """PUT: what is not said is as usual again."""
    zone, record_id = zone_of(call, account), object_id(call, "record")
    book = RecordBook(account, zone)
    book.find(record_id)
    row = book.change(record_id, reader(account, zone).record(call.data))
    return reply(row, effects=[told(account, zone, "update", row)])


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE: its id, and nothing else."""
    zone, record_id = zone_of(call, account), object_id(call, "record")
    row = RecordBook(account, zone).remove(record_id)
    return reply({"id": record_id}, effects=[told(account, zone, "delete", row)])


def reader(account: Account[State], zone: Zone) -> Reader:
    """Who reads a record of this zone."""
    return Reader(zone.row["name"], chained=settings(account).error_chain, enterprise=zone.row["plan"] == "enterprise")


def merged(row: Object, changes: Mapping[str, Any]) -> Object:
    """What a record says once it is patched."""
    return {**{name: row[name] for name in MADE if name in row}, **changes}


def told(account: Account[State], zone: Zone, op: str, row: Object, batch: str = "") -> Effect:
    """A change for the books; and a little later, on its own, that the edge tells it."""
    fields = {
        "op": op, "zone": zone.row["name"], "type": row["type"], "name": row["name"], "content": row["content"],
        "batch": batch,
    }  # fmt: skip
    references = {"comment": row["comment"]} if row["comment"] else {}
    seen = Effect("cloudflare.dns_visible", row["id"], references=references, fields=fields)
    account.later(account.random.uniform(*VISIBLE_S), partial(Aftermath, (seen,)))
    return Effect("cloudflare.dns_record", row["id"], references=references, fields=fields)


_ALL: Final = "/zones/{zone}/dns_records"
_ONE: Final = f"{_ALL}/{{record}}"
ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", _ALL, create),
    Route("GET", _ALL, list_records),
    Route("GET", _ONE, fetch),
    Route("PATCH", _ONE, patch),
    Route("PUT", _ONE, put),
    Route("DELETE", _ONE, remove),
)
