"""Contacts, shallow: kept, found by id or address, changed, listed. Segments, topics and properties are not."""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Notice, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.resend.addresses import bare
from brownout_simulators.vendors.resend.dialect import instant, instant_of, moment, new_id, reply
from brownout_simulators.vendors.resend.errors import invalid, missing, unknown
from brownout_simulators.vendors.resend.paging import page
from brownout_simulators.vendors.resend.resources import Object, ResendAccount, State
from brownout_simulators.vendors.resend.webhooks import told

_SHOWN: Final = ("id", "email", "first_name", "last_name", "created_at", "unsubscribed")


def create(call: Call, account: Account[State]) -> Reply:
    """POST /contacts. An address that is there keeps its contact, with what is new of it."""
    given = call.data.get("email")
    if not given:
        raise missing("email")
    address = _address(given)
    changes = _changes(call)
    state = account.state
    row = state.contacts.get(state.contact_ids.get(address, ""))
    if row is not None:
        return reply({"object": "contact", "id": row["id"]}, status=201, notices=_change(account, row, changes))
    row = {
        "object": "contact",
        "id": new_id(account),
        "email": address,
        "first_name": "",
        "last_name": "",
        "created_at": moment(account.wall_s()),
        "unsubscribed": False,
        "properties": {},
        **changes,
    }
    state.contacts.add(row["id"], row, account.clock())
    state.contact_ids[address] = row["id"]
    return reply({"object": "contact", "id": row["id"]}, status=201, notices=_told(account, "created", row))


def list_contacts(call: Call, account: Account[State]) -> Reply:
    """GET /contacts."""
    return page(
        call, account, account.state.contacts, lambda row: row["id"], lambda row: {name: row[name] for name in _SHOWN}
    )


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /contacts/{contact}, by id or address."""
    return reply(_of_call(call, account))


def change(call: Call, account: Account[State]) -> Reply:
    """PATCH /contacts/{contact}. Its address stays."""
    row = _of_call(call, account)
    notices = _change(account, row, _changes(call))
    return reply({"object": "contact", "id": row["id"]}, notices=notices)


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE /contacts/{contact}."""
    row, state = _of_call(call, account), account.state
    state.contacts.remove(row["id"])
    state.contact_ids.pop(row["email"], None)
    body = {"object": "contact", "contact": row["id"], "id": row["id"], "deleted": True}
    return reply(body, notices=_told(account, "deleted", row))


def _change(account: ResendAccount, row: Object, changes: Object) -> list[Notice]:
    changed = {**row, **changes}
    account.state.contacts.put(row["id"], changed)
    return _told(account, "updated", changed)


def _told(account: ResendAccount, verb: str, row: Object) -> list[Notice]:
    data = {
        **{name: row[name] for name in _SHOWN},
        "created_at": instant_of(row["created_at"]),
        "updated_at": instant(account.wall_s()),
        "segment_ids": [],
    }
    return [*told(account, f"contact.{verb}", data)]


def _changes(call: Call) -> Object:
    changes: Object = {}
    for name, kind in (("first_name", str), ("last_name", str), ("unsubscribed", bool)):
        value = call.data.get(name)
        if value is not None and not isinstance(value, kind):
            raise invalid(f"The `{name}` field must be a `{'boolean' if kind is bool else 'string'}`.")
        if value is not None:
            changes[name] = value
    properties = call.data.get("properties")
    if properties is not None:
        if not isinstance(properties, dict) or not all(map(_is_plain, properties.values())):
            raise invalid("The `properties` field must be an object of `string` and `number`.")
        changes["properties"] = properties
    return changes


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _of_call(call: Call, account: ResendAccount) -> Object:
    state, asked = account.state, call.params["contact"]
    row = state.contacts.get(asked) or state.contacts.get(state.contact_ids.get(asked.lower(), ""))
    if row is None:
        raise unknown("Contact")
    return row


def _address(given: Any) -> str:
    address = bare(given) if isinstance(given, str) else ""
    if not address:
        raise invalid("Invalid `email` field.")
    return address


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/contacts", create),
    Route("GET", "/contacts", list_contacts),
    Route("GET", "/contacts/{contact}", fetch),
    Route("PATCH", "/contacts/{contact}", change),
    Route("DELETE", "/contacts/{contact}", remove),
)
