"""Entities as they are written: with their ETag, a selection of their properties, and what is expanded."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.erp.errors import JSON
from brownout_simulators.vendors.erp.records import Record, as_seen, seen_of
from brownout_simulators.vendors.erp.resources import State
from brownout_simulators.vendors.erp.schema import KINDS, Kind
from brownout_simulators.vendors.erp.setup import setup_of


def etag_of(record: Record, account: Account[State]) -> str:
    """What an If-Match is compared with. Where another writer changes everything all the time, he has been there."""
    every_s = setup_of(account).etag_storm_s
    return record.etag(int(account.clock() / every_s)) if every_s else record.etag()


@lru_cache(maxsize=1_024)
def _addresses(root: str, company_id: str, name: str) -> tuple[str, str]:
    """Where the entities of a set are, as far as their ids, and the context of one of them: where it was called."""
    return f"{root}/companies({company_id})/{name}(", f"{root}/$metadata#companies({company_id})/{name}/$entity"


def rendered(
    record: Record,
    kind: Kind,
    account: Account[State],
    select: Sequence[str] = (),
    expand: Sequence[str] = (),
) -> dict[str, Any]:
    """One entity."""
    values: Mapping[str, Any] = record.values
    if select:
        values = {name: values.get(name) for name in select if name in kind.fields}
    body = {"@odata.etag": etag_of(record, account), **values}
    for name in expand:
        body[name] = _expanded(record, kind, name, account)
    return body


def _expanded(record: Record, kind: Kind, name: str, account: Account[State]) -> Any:
    state = account.state
    if name == kind.lines_as:
        lines = KINDS[kind.lines]
        return [rendered(each, lines, account) for each in seen_of(state.lines_of(kind.lines, record.id), account)]
    link = next(link for link in kind.links if link.id.removesuffix("Id") == name)
    other = state[link.set].get(record.values.get(link.id) or "")
    seen = None if other is None else as_seen(other, account)
    return None if seen is None else rendered(seen, KINDS[link.set], account)


def context(call: Call, account: Account[State], kind: Kind) -> str:
    """`@odata.context` of a list."""
    root, _, _ = call.path.partition("/companies(")
    return f"{account.base_url}{root}/$metadata#companies({account.state.company_id})/{kind.set}"


def one_reply(
    call: Call,
    account: Account[State],
    kind: Kind,
    record: Record,
    *,
    status: int = 200,
    select: Sequence[str] = (),
    expand: Sequence[str] = (),
) -> Reply:
    """An answer with one entity, or with none where the caller wants to be spared."""
    headers = {"etag": etag_of(record, account), "odata-version": "4.0"}
    root, _, _ = call.path.partition("/companies(")
    entities, said = _addresses(account.base_url + root, account.state.company_id, kind.set)
    if status == 201:
        headers["location"] = f"{entities}{record.id})"
    if call.method != "GET" and "return=minimal" in call.headers.get("prefer", ""):
        entity_id = f"{entities}{record.id})"
        return Reply(204, b"", {**headers, "preference-applied": "return=minimal", "odata-entityid": entity_id})
    if select or expand:
        body = {"@odata.context": said, **rendered(record, kind, account, select, expand)}
    else:  # the same, without a second look at it
        body = {"@odata.context": said, "@odata.etag": headers["etag"], **record.values}
    headers["content-type"] = JSON
    return Reply(status, orjson.dumps(body), headers)
