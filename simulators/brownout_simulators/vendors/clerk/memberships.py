"""Who is a member of which organization, and as what."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk.dialect import page, reply
from brownout_simulators.vendors.clerk.errors import invalid, missing, refuse
from brownout_simulators.vendors.clerk.ids import new_id
from brownout_simulators.vendors.clerk.listing import named, partial_filters
from brownout_simulators.vendors.clerk.merging import merged
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Object, State, link, now_ms
from brownout_simulators.vendors.clerk.setup import MANAGES, Role
from brownout_simulators.vendors.clerk.shapes import identifier_of, public_user
from brownout_simulators.vendors.clerk.webhooks import told

_METADATA: Final[Mapping[str, take.Check]] = dict.fromkeys(("public_metadata", "private_metadata"), take.metadata)
_NOBODY: Final[Mapping[str, Any]] = {
    "first_name": None, "last_name": None, "profile_image_url": None, "image_url": "", "has_image": False,
    "identifier": None, "username": None, "banned": False, "deprovisioned": False,
}  # fmt: skip
"""What is shown of a member who was forgotten for want of room."""
_ORDERS: Final[Mapping[str, Callable[[Object, Object], Any]]] = {
    "created_at": lambda row, _user: row["created_at"],
    "email_address": lambda _row, user: identifier_of(user),
    "phone_number": lambda _row, user: identifier_of(user),
    "first_name": lambda _row, user: user["first_name"] or "",
    "last_name": lambda _row, user: user["last_name"] or "",
    "username": lambda _row, user: user["username"] or "",
}


def create(call: Call, account: Account[State]) -> Reply:
    """POST /organizations/{organization_id}/memberships."""
    organization = _organization(call, account)
    given = take.checked(call, {"user_id": take.text(), "role": take.text(), **_METADATA}, "user_id", "role")
    user = account.state.users.get(given["user_id"])
    if user is None:
        raise missing(call, "user", given["user_id"])
    role_of(call, account, given["role"])
    if user["id"] in account.state.members_of.get(organization["id"], {}):
        raise refuse(call, "already_a_member_in_organization", user["id"])
    check_room(call, account, organization)
    metadata = {name: given[name] for name in _METADATA if given.get(name) is not None}
    row, effect, notices = joined(call, account, organization, user, given["role"], metadata=metadata)
    return reply(membership_view(account, row), effects=(effect,), notices=notices)


def joined(
    call: Call | None,
    account: ClerkAccount,
    organization: Object,
    user: Object,
    role: str,
    *,
    metadata: Mapping[str, Any] | None = None,
) -> tuple[Object, Effect, tuple[Notice, ...]]:
    """A new member: the membership, its effect, and who is told."""
    state, now = account.state, now_ms(account)
    row = {
        "object": "organization_membership",
        "id": new_id(account, "orgmem"),
        "role": role,
        "public_metadata": {},
        "private_metadata": {},
        **(metadata or {}),
        "organization": {"id": organization["id"]},
        "public_user_data": {"user_id": user["id"]},
        "created_at": now,
        "updated_at": now,
    }
    state.memberships.keep(row, account.clock())
    link(state.members_of, organization["id"], user["id"], row["id"])
    link(state.organizations_of, user["id"], organization["id"], row["id"])
    references = {"organization_id": organization["id"], "user_id": user["id"]}
    fields = {
        **references,
        "organization_slug": organization["slug"] or "",
        "external_id": user["external_id"] or "",
        "role": role,
    }
    effect = Effect("clerk.membership", row["id"], references=references, fields=fields)
    return row, effect, told(account, "organizationMembership.created", membership_view(account, row), call)


def membership_view(account: ClerkAccount, row: Object) -> Object:
    """A membership as it is read: with the organization, the role and the user as they are now."""
    state = account.state
    organization = state.organizations.get(row["organization"]["id"])
    user = state.users.get(row["public_user_data"]["user_id"])
    role = account.setup.roles.get(row["role"]) or Role(row["role"], ())
    return {
        **row,
        "role_name": role.name,
        "permissions": list(role.permissions),
        "organization": organization or row["organization"],
        "public_user_data": public_user(user) if user is not None else {**_NOBODY, **row["public_user_data"]},
    }


def list_members(call: Call, account: Account[State]) -> Reply:
    """GET /organizations/{organization_id}/memberships."""
    state, organization = account.state, _organization(call, account)
    limit, offset = take.page_of(call)
    wanted, roles = named(call, account), set(take.values_of(call, "role"))
    before, after = (take.number_of(call, f"created_at_{edge}", None, most=10**15) for edge in ("before", "after"))
    keep = partial_filters(call)
    rows = []
    for user_id, id in state.members_of.get(organization["id"], {}).items():  # noqa: A001
        row, user = state.memberships.look(id, account), state.users.get(user_id)
        if row is None or user is None or (wanted is not None and user_id not in wanted):
            continue
        if (roles and row["role"] not in roles) or not all(passes(user) for passes in keep):
            continue
        if (before is None or row["created_at"] < before) and (after is None or row["created_at"] > after):
            rows.append((row, user))
    found = [row for row, _ in _ordered(call, rows)]
    return page([membership_view(account, row) for row in islice(found, offset, offset + limit)], len(found))


def _ordered(call: Call, rows: list[tuple[Object, Object]]) -> list[tuple[Object, Object]]:
    order = take.value_of(call, "order_by") or "-created_at"
    key = _ORDERS.get(order.lstrip("+-"))
    if key is None:
        raise invalid(call, "form_param_value_invalid", "order_by", order[:100])
    if order.startswith("-"):
        rows = [*reversed(rows)]  # of what is otherwise equal, the newest first, which sorting backwards keeps
    return sorted(rows, key=lambda pair: key(*pair), reverse=order.startswith("-"))


def of_user(call: Call, account: Account[State]) -> Reply:
    """GET /users/{user_id}/organization_memberships."""
    state, user_id = account.state, call.params["user_id"]
    if user_id not in state.users:
        raise missing(call, "user", user_id)
    limit, offset = take.page_of(call)
    ids = reversed(state.organizations_of.get(user_id, {}).values())
    rows = [row for id in ids if (row := state.memberships.look(id, account)) is not None]  # noqa: A001
    return page([membership_view(account, row) for row in islice(rows, offset, offset + limit)], len(rows))


def of_instance(call: Call, account: Account[State]) -> Reply:
    """GET /organization_memberships: all there are."""
    limit, offset = take.page_of(call)
    memberships = account.state.memberships
    order = take.value_of(call, "order_by") or "-created_at"
    if order.lstrip("+-") != "created_at":
        raise invalid(call, "form_param_value_invalid", "order_by", order[:100])
    rows = memberships.all_seen(account) if order.startswith("-") else memberships.oldest_first()
    return page([membership_view(account, row) for row in islice(rows, offset, offset + limit)], len(memberships))


def change(call: Call, account: Account[State]) -> Reply:
    """PATCH /organizations/{organization_id}/memberships/{user_id}: another role."""
    row = _of_call(call, account)
    role = take.checked(call, {"role": take.text()}, "role")["role"]
    if MANAGES not in role_of(call, account, role).permissions:
        _check_somebody_manages(call, account, row)
    return _changed_reply(call, account, row, {"role": role})


def merge_metadata(call: Call, account: Account[State]) -> Reply:
    """PATCH …/memberships/{user_id}/metadata."""
    row = _of_call(call, account)
    given = take.checked(call, _METADATA)
    changes = {name: merged(row[name], value) for name, value in given.items() if value is not None}
    for name, value in changes.items():
        if (trouble := take.metadata(value)) is not None:
            raise invalid(call, trouble[0], name, trouble[1])
    return _changed_reply(call, account, row, changes)


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE …/memberships/{user_id}: answers with what it was."""
    row, state = _of_call(call, account), account.state
    _check_somebody_manages(call, account, row)
    view = membership_view(account, row)
    state.memberships.drop(row["id"])
    state.forget_membership(row)
    gone = Effect(
        "clerk.deletion", f"{row['id']}-deleted", references={"id": row["id"]}, fields={"object": row["object"]}
    )
    return reply(view, effects=(gone,), notices=told(account, "organizationMembership.deleted", view, call))


def role_of(call: Call, account: ClerkAccount, key: str) -> Role:
    """A role that there is; 404."""
    role: Role | None = account.setup.roles.get(key)
    if role is None:
        raise refuse(call, "resource_not_found", "Organization role not found", param_name="role")
    return role


def check_room(call: Call, account: ClerkAccount, organization: Object, more: int = 1) -> None:
    """403 where an organization has no room for so many more; invitations that may still be accepted count."""
    state, most, now = account.state, organization["max_allowed_memberships"], now_ms(account)
    members = len(state.members_of.get(organization["id"], ()))
    invited = state.invited.get(organization["id"], {}).values()
    known = (state.organization_invitations.get(each) for each in invited)
    pending = sum(row is not None and now < row["expires_at"] for row in known)
    if most and members + pending + more > most:
        raise refuse(call, "organization_membership_quota_exceeded", str(most))


def _check_somebody_manages(call: Call, account: ClerkAccount, without: Object) -> None:
    state, roles = account.state, account.setup.roles
    ids = state.members_of.get(without["organization"]["id"], {}).values()
    held = (state.memberships.get(id) for id in ids if id != without["id"])  # noqa: A001
    others = any(each is not None and MANAGES in roles.get(each["role"], Role("", ())).permissions for each in held)
    if MANAGES in roles.get(without["role"], Role("", ())).permissions and not others:
        raise refuse(call, "organization_minimum_permissions_needed")


def _changed_reply(call: Call, account: ClerkAccount, row: Object, changes: Mapping[str, Any]) -> Reply:
    changed = account.state.memberships.change(row, account.clock(), **changes, updated_at=now_ms(account))
    view = membership_view(account, changed)
    return reply(view, notices=told(account, "organizationMembership.updated", view, call))


def _organization(call: Call, account: ClerkAccount) -> Object:
    given = call.params["organization_id"]
    row = account.state.organizations.get(account.state.slugs.get(given, given))
    if row is None:
        raise refuse(call, "resource_not_found", "Given organization not found.")
    return row


def _of_call(call: Call, account: ClerkAccount) -> Object:
    organization = _organization(call, account)
    held = account.state.members_of.get(organization["id"], {}).get(call.params["user_id"])
    row = None if held is None else account.state.memberships.get(held)
    if row is None:
        raise refuse(call, "resource_not_found", "Organization membership not found.")
    return row


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", "/organizations/{organization_id}/memberships", list_members),
    Route("POST", "/organizations/{organization_id}/memberships", create),
    Route("PATCH", "/organizations/{organization_id}/memberships/{user_id}", change),
    Route("DELETE", "/organizations/{organization_id}/memberships/{user_id}", delete),
    Route("PATCH", "/organizations/{organization_id}/memberships/{user_id}/metadata", merge_metadata),
    Route("GET", "/users/{user_id}/organization_memberships", of_user),
    Route("GET", "/organization_memberships", of_instance),
)
