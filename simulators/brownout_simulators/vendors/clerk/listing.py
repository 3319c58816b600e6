"""GET /users and /users/count: every filter, every order, pages by offset or by the last user seen."""

import operator
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk.dialect import reply
from brownout_simulators.vendors.clerk.errors import invalid
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Object, State
from brownout_simulators.vendors.clerk.shapes import identifier_of

Keep = Callable[[Object], bool]

ORDERS: Final = ("created_at", "updated_at", "email_address", "web3wallet", "first_name", "last_name", "phone_number",
                 "username", "last_active_at", "last_sign_in_at")  # fmt: skip
_SIGNED: Final = ("external_id", "user_id")
"""Filters whose values may be left out by a minus before them."""
_IDENTIFIERS: Final = ("email_address", "phone_number", "username", "web3_wallet")
_INSTANTS: Final = ("last_active_at", "created_at", "last_sign_in_at")
_COMPARE: Final = {"before": operator.lt, "after": operator.gt, "since": operator.ge}
"""How a member compares with what a filter says."""


def list_users(call: Call, account: Account[State]) -> Reply:
    """GET /users: a bare list."""
    limit, offset = take.page_of(call)
    order = take.value_of(call, "order_by") or "-created_at"
    after = take.value_of(call, "starting_after")
    if order.lstrip("+-") not in ORDERS:
        raise invalid(call, "form_param_value_invalid", "order_by", order[:100])
    if after and (order.lstrip("+-") != "created_at" or offset):
        raise invalid(call, "form_param_value_invalid", "starting_after", after[:100])
    rows = _ordered(account, _matching(call, account), order)
    if after:
        rows = _behind(call, rows, after)
    return reply(list(islice(rows, offset, offset + limit)))


def count_users(call: Call, account: Account[State]) -> Reply:
    """GET /users/count, under the same filters."""
    total = sum(1 for _ in _matching(call, account)) if call.data else _how_many(account)
    return reply({"object": "total_count", "total_count": total})


def _how_many(account: ClerkAccount) -> int:
    users = account.state.users
    return len(users) if account.as_of_s is None else sum(1 for _ in users.all_seen(account))


def _matching(call: Call, account: ClerkAccount) -> Iterator[Object]:
    """Users who pass every filter. Filters by something unique are looked up."""
    users = account.state.users
    wanted, keep = named(call, account), _filters(call, account)
    rows: Iterable[Object]
    if wanted is None:
        rows = users.all_seen(account)
    else:
        known = (users.get(each) for each in wanted)
        versions = (users.seen(user, account) for user in known if user is not None)
        rows = sorted(
            (user for user in versions if user is not None), key=lambda user: users.added_s(user["id"]), reverse=True
        )
    return (user for user in rows if all(passes(user) for passes in keep))


def named(call: Call, account: ClerkAccount) -> dict[str, None] | None:
    """The users whom the filters by something unique name, all of these together; None without such a filter."""
    state = account.state
    found: dict[str, None] | None = None
    for name in (*_IDENTIFIERS, *_SIGNED, "organization_id"):
        values = [value for value in take.values_of(call, name) if value]
        if name not in _IDENTIFIERS:
            values = [value.removeprefix("+") for value in values if not value.startswith("-")]
        if not values:
            continue
        ids: dict[str, None] = {}
        for value in values:
            if name == "organization_id":
                ids |= dict.fromkeys(state.members_of.get(value, {}))
            elif name == "user_id":
                ids[value] = None
            else:
                folded = value.lower() if name in {"email_address", "username"} else value
                owner = state.owners.get((name, folded.replace(" ", "+") if name == "phone_number" else folded))
                if owner is not None:
                    ids[owner] = None
        found = ids if found is None else {each: None for each in found if each in ids}
    return found


def _filters(call: Call, account: ClerkAccount) -> list[Keep]:
    keep: list[Keep] = []
    for name in _SIGNED:
        without = {value[1:] for value in take.values_of(call, name) if value.startswith("-")}
        if without:
            keep.append(partial(_is_outside, _MEMBER[name], without))
    outside = [value[1:] for value in take.values_of(call, "organization_id") if value.startswith("-")]
    if outside:
        members_of = account.state.members_of
        keep.append(lambda user: not any(user["id"] in members_of.get(each, ()) for each in outside))
    banned = take.flag_of(call, "banned")
    if banned is not None:
        keep.append(lambda user: user["banned"] is banned)
    keep += partial_filters(call)
    if take.value_of(call, "provider"):
        keep.append(lambda user: bool(user["external_accounts"]))
    return [*keep, *_instants(call)]


def partial_filters(call: Call) -> list[Keep]:
    """The filters that look for a part of a text."""
    asked = ((texts, take.value_of(call, name)) for name, texts in _PARTIAL.items())
    return [partial(_has_part, value.lower(), texts) for texts, value in asked if value]


def _instants(call: Call) -> Iterator[Keep]:
    for name in _INSTANTS:
        for suffix in _COMPARE:
            edge = take.number_of(call, f"{name}_{suffix}", None, most=10**15)
            if edge is None:
                continue
            yield partial(_is_within, name, _COMPARE[suffix], edge)


def _has_part(part: str, texts: Callable[[Object], Iterable[str]], user: Object) -> bool:
    return any(part in text.lower() for text in texts(user))


def _is_outside(member: str, without: Collection[str], user: Object) -> bool:
    return user[member] not in without


def _is_within(member: str, compare: Callable[[int, int], bool], edge: int, user: Object) -> bool:
    return user[member] is not None and compare(user[member], edge)


def _texts_of(user: Object) -> Iterator[str]:
    yield from _emails(user)
    yield from _phones(user)
    yield from (wallet["web3_wallet"] for wallet in user["web3_wallets"])
    yield from (user["id"], user["username"] or "", *_names(user))


def _emails(user: Object) -> Iterator[str]:
    return (each["email_address"] for each in user["email_addresses"])


def _phones(user: Object) -> Iterator[str]:
    return (each["phone_number"] for each in user["phone_numbers"])


def _names(user: Object) -> Iterator[str]:
    yield " ".join(part for part in (user["first_name"], user["last_name"]) if part)


_MEMBER: Final = {"external_id": "external_id", "user_id": "id"}
_PARTIAL: Final[dict[str, Callable[[Object], Iterable[str]]]] = {
    "query": _texts_of,
    "email_address_query": _emails,
    "phone_number_query": _phones,
    "username_query": lambda user: (user["username"] or "",),
    "name_query": _names,
}


def _ordered(account: ClerkAccount, rows: Iterator[Object], order: str) -> Iterator[Object]:
    """By default newest first, which is how they come."""
    backwards, name = order.startswith("-"), order.lstrip("+-")
    if name == "created_at" and backwards and not account.state.has_odd_dates:
        return rows
    found = list(rows)
    if not backwards:
        found.reverse()  # oldest first, as those are that are otherwise equal
    found.sort(key=lambda user: _rank(user, name), reverse=backwards)
    return iter(found)


def _rank(user: Object, name: str) -> tuple[bool, int, str]:
    if name in {"email_address", "phone_number", "web3wallet"}:
        return True, 0, identifier_of(user)
    value = user[name]
    return value is not None, value if isinstance(value, int) else 0, value if isinstance(value, str) else ""


def _behind(call: Call, rows: Iterator[Object], after: str) -> Iterator[Object]:
    """What comes after the last one that the caller has seen."""
    for row in rows:
        if row["id"] == after:
            return rows
    raise invalid(call, "form_resource_not_found", "starting_after")


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", "/users", list_users),
    Route("GET", "/users/count", count_users),
)
