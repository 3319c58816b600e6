"""Email addresses and phone numbers of users, one by one."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused, Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk import shapes
from brownout_simulators.vendors.clerk.dialect import reply
from brownout_simulators.vendors.clerk.errors import answer, form_error, missing, refuse
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Object, State
from brownout_simulators.vendors.clerk.users import changed_reply


class Kind(NamedTuple):
    """One of both."""

    name: str
    members: str
    primary: str
    check: take.Check
    make: Callable[..., Object]
    more: Mapping[str, take.Check]


EMAIL: Final = Kind(
    "email_address",
    "email_addresses",
    "primary_email_address_id",
    take.email,
    shapes.email_address,
    {"notify_primary_email_address_changed": take.boolean},
)
PHONE: Final = Kind(
    "phone_number",
    "phone_numbers",
    "primary_phone_number_id",
    take.phone,
    shapes.phone_number,
    {"reserved_for_second_factor": take.boolean},
)


def _create(kind: Kind, call: Call, account: Account[State]) -> Reply:
    fields = {"user_id": take.text(), kind.name: kind.check, "verified": take.boolean, "primary": take.boolean}
    given = take.checked(call, {**fields, **kind.more}, "user_id", kind.name)
    user = account.state.users.get(given["user_id"])
    if user is None:
        raise missing(call, "user", given["user_id"])
    value = given[kind.name].lower()
    if (kind.name, value) in account.state.owners:
        words = kind.name.replace("_", " ")
        raise Refused(answer(call, 422, form_error("form_identifier_exists", kind.name, words)))
    row = kind.make(account, value, verified="admin" if given.get("verified") else "")
    changes: dict[str, Any] = {kind.members: [*user[kind.members], row]}
    if given.get("primary") or user[kind.primary] is None:
        changes[kind.primary] = row["id"]
    return _told(call, account, user, changes, row)


def _fetch(kind: Kind, call: Call, account: Account[State]) -> Reply:
    return reply(_found(kind, call, account)[1])


def _change(kind: Kind, call: Call, account: Account[State]) -> Reply:
    user, row = _found(kind, call, account)
    given = take.checked(call, {"verified": take.boolean, "primary": take.boolean, **kind.more})
    changed = row
    if given.get("verified") is not None:
        known = kind.make(account, row[kind.name], verified="admin" if given["verified"] else "")
        changed = {**row, "verification": known["verification"], "updated_at": known["updated_at"]}
    if given.get("reserved_for_second_factor") is not None:
        changed = {**changed, "reserved_for_second_factor": given["reserved_for_second_factor"]}
    changes: dict[str, Any] = {kind.members: [changed if each is row else each for each in user[kind.members]]}
    if given.get("primary"):
        changes[kind.primary] = row["id"]
    return _told(call, account, user, changes, changed)


def _delete(kind: Kind, call: Call, account: Account[State]) -> Reply:
    user, row = _found(kind, call, account)
    if (
        len(user["email_addresses"]) + len(user["phone_numbers"]) + len(user["web3_wallets"]) == 1
        and not user["username"]
    ):
        raise refuse(call, "identification_deletion_failed")
    left = [each for each in user[kind.members] if each is not row]
    changes: dict[str, Any] = {kind.members: left}
    if user[kind.primary] == row["id"]:
        changes[kind.primary] = left[0]["id"] if left else None
    account.state.identified.pop(row["id"], None)
    return _told(call, account, user, changes, shapes.deleted(kind.name, row))


def _found(kind: Kind, call: Call, account: ClerkAccount) -> tuple[Object, Object]:
    id = call.params["id"]  # noqa: A001
    user = account.state.users.get(account.state.identified.get(id, ""))
    row = None if user is None else next((each for each in user[kind.members] if each["id"] == id), None)
    if user is None or row is None:
        raise missing(call, kind.name.replace("_", " "), id)
    return user, row


def _told(call: Call, account: ClerkAccount, user: Object, changes: Mapping[str, Any], shown: Object) -> Reply:
    return reply(shown, notices=changed_reply(call, account, user, changes).notices)


def _routes(kind: Kind, path: str) -> tuple[Route[State], ...]:
    return (
        Route("POST", path, lambda call, account: _create(kind, call, account)),
        Route("GET", f"{path}/{{id}}", lambda call, account: _fetch(kind, call, account)),
        Route("PATCH", f"{path}/{{id}}", lambda call, account: _change(kind, call, account)),
        Route("DELETE", f"{path}/{{id}}", lambda call, account: _delete(kind, call, account)),
    )


ROUTES: Final[tuple[Route[State], ...]] = (*_routes(EMAIL, "/email_addresses"), *_routes(PHONE, "/phone_numbers"))
