"""Organizations: made, found by id or slug, listed, changed, deleted."""

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendor import Refused, Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk import shapes
from brownout_simulators.vendors.clerk.dialect import METADATA_APART, page, reply, version_of
from brownout_simulators.vendors.clerk.errors import answer, form_error, invalid, refuse
from brownout_simulators.vendors.clerk.ids import new_id
from brownout_simulators.vendors.clerk.memberships import joined, membership_view
from brownout_simulators.vendors.clerk.merging import merged
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Object, State, now_ms
from brownout_simulators.vendors.clerk.setup import ADMIN, MANAGES
from brownout_simulators.vendors.clerk.users import deletion
from brownout_simulators.vendors.clerk.webhooks import told

METADATA: Final[Mapping[str, take.Check]] = dict.fromkeys(("public_metadata", "private_metadata"), take.metadata)
_CHANGED: Final[Mapping[str, take.Check]] = {
    "name": take.text(),
    "slug": take.text(),
    "max_allowed_memberships": take.whole(0, 10**9),
    "admin_delete_enabled": take.boolean,
    "created_at": take.instant,
    "role_set_key": take.text(),
}
_NEW: Final[Mapping[str, take.Check]] = {**_CHANGED, **METADATA, "created_by": take.text()}
_SLUG: Final = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_ORDERS: Final = frozenset({"name", "created_at", "members_count"})


def create(call: Call, account: Account[State]) -> Reply:
    """POST /organizations. Whoever made it is its first member, with the role of an administrator."""
    given = {name: value for name, value in take.checked(call, _NEW, "name").items() if value is not None}
    given.pop("admin_delete_enabled", None)
    state, quota = account.state, account.setup.organization_quota
    if quota and len(state.organizations) >= quota:
        raise refuse(call, "organization_quota_exceeded", str(quota))
    creator = state.users.get(given["created_by"]) if given.get("created_by") else None
    if given.get("created_by") and creator is None:
        raise refuse(call, "organization_creator_not_found", given["created_by"])
    _check_slug(call, state, given.get("slug"), None)
    now = now_ms(account)
    id = new_id(account, "org")  # noqa: A001
    row: Object = {
        "object": "organization",
        "id": id,
        "name": given["name"],
        "slug": given.get("slug") or _slug_of(state, given["name"], now),
        "image_url": f"{account.base_url}/images/{id}",
        "has_image": False,
        "max_allowed_memberships": given.get("max_allowed_memberships", account.setup.max_allowed_memberships),
        "admin_delete_enabled": True,
        "public_metadata": given.get("public_metadata", {}),
        "private_metadata": given.get("private_metadata", {}),
        "created_at": _created_ms(given, now),
        "updated_at": now,
        "role_set_key": given.get("role_set_key"),
        **({"created_by": creator["id"]} if creator is not None else {}),
    }
    state.organizations.keep(row, account.clock())
    state.slugs[row["slug"]] = row["id"]
    effects, notices = [effect(row)], list(told(account, "organization.created", row, call))
    if creator is not None:
        _, done, its = joined(call, account, row, creator, ADMIN)
        effects.append(done)
        notices += its
    return reply(row, effects=effects, notices=notices)


def effect(row: Object) -> Effect:
    """An organization made."""
    references = {"slug": row["slug"]}
    for kind in METADATA:
        references |= {f"{kind}.{name}": value for name, value in row[kind].items() if isinstance(value, str)}
    return Effect("clerk.organization", row["id"], references=references, fields={"name": row["name"]})


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /organizations/{organization_id}, which may be its slug."""
    given = call.params["organization_id"]
    row = account.state.organizations.look(account.state.slugs.get(given, given), account)
    if row is None:
        raise refuse(call, "resource_not_found", "Given organization not found.")
    return reply(_view(call, account, row))


def list_organizations(call: Call, account: Account[State]) -> Reply:
    """GET /organizations."""
    limit, offset = take.page_of(call)
    order = take.value_of(call, "order_by") or "-created_at"
    if order.lstrip("+-") not in _ORDERS:
        raise invalid(call, "form_param_value_invalid", "order_by", order[:100])
    rows = list(_matching(call, account))
    backwards, name = order.startswith("-"), order.lstrip("+-")
    if not backwards:
        rows.reverse()  # oldest first, as those are that are otherwise equal
    if name == "members_count":
        rows.sort(key=lambda row: len(account.state.members_of.get(row["id"], ())), reverse=backwards)
    else:
        rows.sort(key=lambda row: row[name], reverse=backwards)
    return page([_view(call, account, row) for row in islice(rows, offset, offset + limit)], len(rows))


def _matching(call: Call, account: ClerkAccount) -> list[Object]:
    state = account.state
    part = (take.value_of(call, "query") or "").lower()
    ids = [value for value in take.values_of(call, "organization_id") if value]
    users = [value for value in take.values_of(call, "user_id") if value]
    inside, outside = _signed(ids)
    with_users, without_users = _signed(users)
    found = []
    for row in state.organizations.all_seen(account):
        members = state.members_of.get(row["id"], {})
        if inside and row["id"] not in inside:
            continue
        if with_users and not any(user in members for user in with_users):
            continue
        if row["id"] in outside or any(user in members for user in without_users):
            continue
        if part and not any(part in row[name].lower() for name in ("name", "slug", "id")):
            continue
        found.append(row)
    return found


def _signed(values: list[str]) -> tuple[set[str], set[str]]:
    """What is wanted, and what is not: a minus before it says so."""
    without = {value[1:] for value in values if value.startswith("-")}
    return {value.removeprefix("+") for value in values if not value.startswith("-")}, without


def change(call: Call, account: Account[State]) -> Reply:
    """PATCH /organizations/{organization_id}; with metadata only for who speaks an older version."""
    row, state = of_call(call, account), account.state
    is_apart = version_of(call) >= METADATA_APART
    given = take.checked(call, _CHANGED if is_apart else {**_CHANGED, **METADATA})
    given = {name: value for name, value in given.items() if value is not None}
    _check_slug(call, state, given.get("slug"), row["id"])
    changes = {**given, "created_at": _created_ms(given, row["created_at"])}
    if given.get("slug"):
        state.slugs.pop(row["slug"], None)
        state.slugs[given["slug"]] = row["id"]
    return _changed_reply(call, account, row, changes)


def merge_metadata(call: Call, account: Account[State]) -> Reply:
    """PATCH /organizations/{organization_id}/metadata: merged at every depth, null takes a key away."""
    row = of_call(call, account)
    given = take.checked(call, METADATA)
    changes = {name: merged(row[name], value) for name, value in given.items() if value is not None}
    for name, value in changes.items():
        if (trouble := take.metadata(value)) is not None:
            raise invalid(call, trouble[0], name, trouble[1])
    return _changed_reply(call, account, row, changes)


def replace_metadata(call: Call, account: Account[State]) -> Reply:
    """PUT /organizations/{organization_id}/metadata: replaces the objects that are given."""
    row = of_call(call, account)
    given = take.checked(call, METADATA)
    return _changed_reply(call, account, row, {name: value for name, value in given.items() if value is not None})


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /organizations/{organization_id}, with its memberships and invitations."""
    row, state = of_call(call, account), account.state
    notices: list[Notice] = []
    for membership_id in list(state.members_of.get(row["id"], {}).values()):
        membership = state.memberships.get(membership_id)
        if membership is not None:
            notices += told(account, "organizationMembership.deleted", membership_view(account, membership), call)
            state.memberships.drop(membership_id)
            state.forget_membership(membership)
    for invitation_id in list(state.invitations_of.get(row["id"], {})):
        invitation = state.organization_invitations.drop(invitation_id)
        if invitation is not None:
            state.forget_invitation(invitation)
    state.organizations.drop(row["id"])
    state.slugs.pop(row["slug"], None)
    body = shapes.deleted("organization", row)
    notices += told(account, "organization.deleted", {**body, "slug": row["slug"]}, call)
    return reply(body, effects=(deletion(row),), notices=notices)


def of_call(call: Call, account: ClerkAccount) -> Object:
    """The organization in the path, by id or slug; 404."""
    given = call.params["organization_id"]
    row = account.state.organizations.get(account.state.slugs.get(given, given))
    if row is None:
        raise refuse(call, "resource_not_found", "Given organization not found.")
    return row


def _changed_reply(call: Call, account: ClerkAccount, row: Object, changes: Mapping[str, Any]) -> Reply:
    changed = account.state.organizations.change(row, account.clock(), **changes, updated_at=now_ms(account))
    return reply(changed, notices=told(account, "organization.updated", changed, call))


def _view(call: Call, account: ClerkAccount, row: Object) -> Object:
    """With the counts that the query asks for."""
    state, extra = account.state, {}
    members = state.members_of.get(row["id"], {})
    if take.flag_of(call, "include_members_count"):
        extra["members_count"] = len(members)
    if take.flag_of(call, "include_missing_member_with_elevated_permissions"):
        roles = account.setup.roles
        held = (state.memberships.get(id) for id in members.values())  # noqa: A001
        extra["missing_member_with_elevated_permissions"] = not any(
            MANAGES in roles[each["role"]].permissions for each in held if each is not None and each["role"] in roles
        )
    return {**row, **extra}


def _check_slug(call: Call, state: State, slug: str | None, id: str | None) -> None:  # noqa: A002
    if slug is None:
        return
    if not _SLUG.fullmatch(slug):
        raise invalid(call, "form_param_format_invalid", "slug", "slug")
    if state.slugs.get(slug, id) != id:
        raise Refused(answer(call, 422, form_error("form_identifier_exists", "slug", "slug")))


def _slug_of(state: State, name: str, now: int) -> str:
    """From the name, and the instant: the same name may come again, and so may the instant."""
    base = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:100] or "organization"
    stamp = now // 1000
    while f"{base}-{stamp}" in state.slugs:
        stamp += 1
    return f"{base}-{stamp}"


def _created_ms(given: Mapping[str, Any], otherwise: int) -> int:
    moment = take.moment_of(given["created_at"]) if given.get("created_at") else None
    return otherwise if moment is None else int(moment.timestamp() * 1000)


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", "/organizations", list_organizations),
    Route("POST", "/organizations", create),
    Route("GET", "/organizations/{organization_id}", fetch),
    Route("PATCH", "/organizations/{organization_id}", change),
    Route("DELETE", "/organizations/{organization_id}", delete),
    Route("PATCH", "/organizations/{organization_id}/metadata", merge_metadata),
    Route("PUT", "/organizations/{organization_id}/metadata", replace_metadata),
)
