"""Reading: one entity, a page of a set, how many there are."""

from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import quote

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.erp.asked import Asked, asked_of
from brownout_simulators.vendors.erp.errors import JSON, refuse
from brownout_simulators.vendors.erp.records import Record, as_seen, seen_of
from brownout_simulators.vendors.erp.rendering import context, one_reply, rendered
from brownout_simulators.vendors.erp.resources import State
from brownout_simulators.vendors.erp.schema import KINDS, Kind
from brownout_simulators.vendors.erp.setup import setup_of

Action = Callable[[Call, Account[State]], Reply]
_SET_IN_PATH: Final = "id"


def id_in(text: str) -> str:
    """The key of a path: a GUID, quoted or not, in either case."""
    return text.strip("'").lower()


def find(call: Call, account: Account[State], kind: Kind, id: str | None = None) -> Record:  # noqa: A002
    """The newest version of the entity that the path names. Raises `Refused`, 404."""
    key = id_in(call.params["id"] if id is None else id)
    record = account.state[kind.set].get(key)
    if record is None:
        raise refuse(call, "BadRequest_NotFound", "No entity has this key.", target=f"{kind.set}({key[:40]})")
    return record


def fetch(kind: Kind) -> Action:
    """GET …/{set}({id})."""

    def action(call: Call, account: Account[State]) -> Reply:
        asked = asked_of(call, kind)
        record = find(call, account, kind)
        seen = as_seen(record, account)
        if seen is None:
            raise refuse(call, "BadRequest_NotFound", "No entity has this key.", target=f"{kind.set}({record.id})")
        return one_reply(call, account, kind, seen, select=asked.select, expand=asked.expand)

    return action


def fetch_list(kind: Kind) -> Action:
    """GET …/{set}."""

    def action(call: Call, account: Account[State]) -> Reply:
        asked = asked_of(call, kind)
        return _page(call, account, kind, asked, _candidates(account, kind, asked))

    return action


def fetch_lines(header: Kind) -> Action:
    """GET …/{set}({id})/{lines}."""
    kind = KINDS[header.lines]

    def action(call: Call, account: Account[State]) -> Reply:
        asked = asked_of(call, kind)
        document = find(call, account, header)
        return _page(call, account, kind, asked, account.state.lines_of(kind.set, document.id))

    return action


def count(kind: Kind) -> Action:
    """GET …/{set}/$count: a number, as text."""

    def action(call: Call, account: Account[State]) -> Reply:
        asked = asked_of(call, kind)
        found = _matching(account, asked, _candidates(account, kind, asked))
        # A byte order mark is what the vendor's own service puts before it; clients that read a number choke on it.
        headers = {"content-type": "text/plain", "odata-version": "4.0"}
        return Reply(200, str(len(found)).encode(), headers)

    return action


def _candidates(account: Account[State], kind: Kind, asked: Asked) -> Iterable[Record]:
    """What a filter can hold for: looked up where it says what something must equal, else all of a bounded table."""
    table = account.state[kind.set]
    equal = asked.filter.equal if asked.filter is not None else {}
    if "id" in equal:
        record = table.get(equal["id"])
        return [] if record is None else [record]
    for name in equal.keys() & table.indexes():
        return table.having(name, equal[name])
    return table.store.oldest_first()


def _matching(account: Account[State], asked: Asked, candidates: Iterable[Record]) -> list[Record]:
    found = list(seen_of(candidates, account))
    if asked.filter is not None:
        holds = asked.filter.holds
        found = [record for record in found if holds(record.values)]
    found.sort(key=lambda record: record.serial)
    for name, descending in reversed(asked.order):
        found.sort(key=lambda record: _sortable(record.values.get(name)), reverse=descending)
    return found


def _sortable(value: Any) -> tuple[bool, Any]:
    """Nothing comes before everything."""
    return (value is not None, value if value is not None else 0)


def _page(call: Call, account: Account[State], kind: Kind, asked: Asked, candidates: Iterable[Record]) -> Reply:
    matching = _matching(account, asked, candidates)
    found = matching[_begin(asked, matching) :]
    wanted = found if asked.top is None else found[: asked.top]
    size, preferred = _size(call, account)
    page = wanted[:size]
    body: dict[str, Any] = {"@odata.context": context(call, account, kind)}
    if asked.count:
        body["@odata.count"] = len(matching)
    body["value"] = [rendered(record, kind, account, asked.select, asked.expand) for record in page]
    if len(wanted) > len(page):
        place = len(matching) - len(found) + len(page)
        body["@odata.nextLink"] = _next_link(call, account, asked, f"{page[-1].serial}-{place}", len(page))
    headers = {"content-type": JSON, "odata-version": "4.0"}
    if preferred:
        headers["preference-applied"] = f"odata.maxpagesize={size}"
    return Reply(200, orjson.dumps(body), headers)


def _begin(asked: Asked, matching: list[Record]) -> int:
    """The place of the first that is asked for: after the last of the page before, wherever that has moved to."""
    if asked.after is None:
        return asked.skip
    serial, place = asked.after
    if not asked.order:
        return sum(record.serial <= serial for record in matching)
    return next((at + 1 for at, record in enumerate(matching) if record.serial == serial), place)


def _size(call: Call, account: Account[State]) -> tuple[int, bool]:
    most = setup_of(account).page_size
    for part in call.headers.get("prefer", "").split(","):
        name, _, value = part.strip().partition("=")
        is_size = name in {"odata.maxpagesize", "maxpagesize"} and value.isascii() and value.isdecimal()
        if is_size and len(value) < 10 and int(value) > 0:
            return min(int(value), most), True
    return most, False


def _next_link(call: Call, account: Account[State], asked: Asked, token: str, given: int) -> str:
    options = {name: value for name, value in asked.options.items() if name != "$skip"}
    if asked.top is not None:
        options["$top"] = str(asked.top - given)
    options["$skiptoken"] = token
    query = "&".join(f"{quote(name, safe='$')}={quote(value, safe='')}" for name, value in options.items())
    return f"{account.base_url}{quote(call.path, safe='/()$')}?{query}"
