"""Many changes of a zone's records at once: all of them, or none."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Refused, Route
from brownout_simulators.vendors.cloudflare.dialect import new_id, reply
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.record_book import RecordBook
from brownout_simulators.vendors.cloudflare.record_content import Reader
from brownout_simulators.vendors.cloudflare.records import merged, reader, told
from brownout_simulators.vendors.cloudflare.resources import Object, State
from brownout_simulators.vendors.cloudflare.zone_lookup import zone_of

MOST: Final = {"free": 200}
MOST_PAID: Final = 3_500


def _delete(book: RecordBook, _reader: Reader, item: Mapping[str, Any]) -> Object:
    return book.remove(_id(item))


def _patch(book: RecordBook, reader: Reader, item: Mapping[str, Any]) -> Object:
    return book.change(_id(item), reader.record(merged(book.find(_id(item)), item)))


def _put(book: RecordBook, reader: Reader, item: Mapping[str, Any]) -> Object:
    book.find(_id(item))
    return book.change(_id(item), reader.record(item))


def _post(book: RecordBook, reader: Reader, item: Mapping[str, Any]) -> Object:
    return book.add(reader.record(item))


STEPS: Final[Mapping[str, tuple[str, Callable[[RecordBook, Reader, Mapping[str, Any]], Object]]]] = {
    "deletes": ("delete", _delete),
    "patches": ("update", _patch),
    "puts": ("update", _put),
    "posts": ("create", _post),
}
"""Always in this order, whatever the order in the body ("Batch record changes")."""


def run(call: Call, account: Account[State]) -> Reply:
    """POST /zones/{zone}/dns_records/batch: the first that fails is the answer, and nothing is changed."""
    zone = zone_of(call, account)
    asked = {name: _items(call.data.get(name)) for name in STEPS}
    if sum(map(len, asked.values())) > MOST.get(zone.row["plan"], MOST_PAID):
        raise refuse("batch_size")
    book, reads = RecordBook(account, zone), reader(account, zone)
    book.begin()
    done: dict[str, list[Object]] = {}
    try:
        for name, (_, step) in STEPS.items():
            done[name] = [step(book, reads, item) for item in asked[name]]
    except Refused:
        book.undo()
        raise
    batch = new_id(account)
    effects: list[Effect] = [
        told(account, zone, op, row, batch) for name, (op, _) in STEPS.items() for row in done[name]
    ]
    return reply(done, effects=effects)


def _items(given: Any) -> list[Mapping[str, Any]]:
    items = [] if given is None else given
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise refuse("bad_request", "deletes, patches, puts and posts are lists of objects")
    return items


def _id(item: Mapping[str, Any]) -> str:
    record_id = item.get("id")
    if not isinstance(record_id, str):
        raise refuse("bad_request", "an id is needed")
    return record_id


ROUTES: Final[tuple[Route[State], ...]] = (Route("POST", "/zones/{zone}/dns_records/batch", run),)
