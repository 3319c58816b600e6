"""Invitations, to the application and to an organization: sent, listed, revoked, accepted by who follows the link."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendor import Refused, Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk import shapes
from brownout_simulators.vendors.clerk.dialect import page, reply
from brownout_simulators.vendors.clerk.errors import answer, form_error, invalid, missing, refuse
from brownout_simulators.vendors.clerk.ids import new_id
from brownout_simulators.vendors.clerk.keys import ticket
from brownout_simulators.vendors.clerk.magic import ACCEPT, ACCEPT_S, TEST_ADDRESS
from brownout_simulators.vendors.clerk.memberships import check_room, joined, role_of
from brownout_simulators.vendors.clerk.organizations import of_call as organization_of
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Kept, Object, State, link, now_ms
from brownout_simulators.vendors.clerk.setup import Role
from brownout_simulators.vendors.clerk.users import effect as user_effect
from brownout_simulators.vendors.clerk.users import settle
from brownout_simulators.vendors.clerk.webhooks import told

STATUSES: Final = frozenset({"pending", "accepted", "revoked", "expired"})
BULK: Final = 10
DAYS: Final = 30
_DAY_MS: Final = 86_400_000
_FIELDS: Final[Mapping[str, take.Check]] = {
    "email_address": take.email,
    "public_metadata": take.metadata,
    "redirect_url": take.text(2_048),
    "notify": take.boolean,
    "ignore_existing": take.boolean,
    "expires_in_days": take.whole(1, 365),
    "template_slug": take.one_of("invitation", "waitlist_invitation"),
}
_ORGANIZATION_FIELDS: Final[Mapping[str, take.Check]] = {
    "email_address": take.email,
    "inviter_user_id": take.text(),
    "role": take.text(),
    "public_metadata": take.metadata,
    "private_metadata": take.metadata,
    "redirect_url": take.text(2_048),
    "expires_in_days": take.whole(1, 365),
    "notify": take.boolean,
}


class Sent(NamedTuple):
    """Invitations, and what came of making them."""

    rows: Sequence[Object]
    effects: Sequence[Effect]
    notices: Sequence[Notice]


# -- to the application ------------------------------------------------------------------------------------------------


def create(call: Call, account: Account[State]) -> Reply:
    """POST /invitations."""
    sent = _invite(call, account, [take.checked(call, _FIELDS, "email_address")])
    return reply(view(account, sent.rows[0]), effects=sent.effects, notices=sent.notices)


def create_many(call: Call, account: Account[State]) -> Reply:
    """POST /invitations/bulk: all of them, or none."""
    given = [take.checked(call, _FIELDS, "email_address", of=each) for each in take.items(call, BULK)]
    sent = _invite(call, account, given)
    return reply([view(account, row) for row in sent.rows], effects=sent.effects, notices=sent.notices)


def _invite(call: Call, account: ClerkAccount, given: Sequence[Mapping[str, Any]]) -> Sent:
    state = account.state
    pending = []
    seen: set[str] = set()
    for each in given:
        address = each["email_address"].lower()
        if each.get("ignore_existing"):
            continue
        if ("email_address", address) in state.owners:
            raise Refused(answer(call, 422, form_error("form_identifier_exists", "email_address", "email address")))
        if _pending(account, "", address) or address in seen:
            pending.append(address)
        seen.add(address)
    if pending:
        raise refuse(call, "duplicate_record", ", ".join(pending), email_addresses=pending)
    rows = [_made(account, each, "inv") for each in given]
    for row in rows:
        state.invitations.keep(row, account.clock())
        link(state.invited, "", row["email_address"], row["id"])
        _await_acceptance(account, state.invitations, row)
    effects = [Effect("clerk.invitation", row["id"], fields={"email_address": row["email_address"]}) for row in rows]
    return Sent(rows, (*effects, *_emails(rows, given, "invitation")), ())


def list_invitations(call: Call, account: Account[State]) -> Reply:
    """GET /invitations: a bare list, or with a total where the query says `paginated`."""
    rows, total = _listed(call, account, account.state.invitations.all_seen(account))
    shown = [view(account, row) for row in rows]
    return page(shown, total) if take.flag_of(call, "paginated") else reply(shown)


def revoke(call: Call, account: Account[State]) -> Reply:
    """POST /invitations/{invitation_id}/revoke."""
    row = account.state.invitations.get(call.params["invitation_id"])
    if row is None:
        raise missing(call, "invitation", call.params["invitation_id"])
    if row["status"] != "pending":
        raise refuse(call, f"invitation_already_{row['status']}")
    changed = _closed(account, account.state.invitations, row, "revoked")
    return reply({**view(account, changed), "revoked": True})


# -- to an organization ------------------------------------------------------------------------------------------------


def create_to_organization(call: Call, account: Account[State]) -> Reply:
    """POST /organizations/{organization_id}/invitations."""
    given = take.checked(call, _ORGANIZATION_FIELDS, "email_address", "role")
    sent = _invite_to_organization(call, account, [given])
    return reply(view(account, sent.rows[0]), effects=sent.effects, notices=sent.notices)


def create_many_to_organization(call: Call, account: Account[State]) -> Reply:
    """POST /organizations/{organization_id}/invitations/bulk: all of them, or none."""
    required = ("email_address", "role")
    given = [take.checked(call, _ORGANIZATION_FIELDS, *required, of=each) for each in take.items(call, BULK)]
    sent = _invite_to_organization(call, account, given)
    rows = [view(account, row) for row in sent.rows]
    answered = page(rows, len(rows))
    answered.effects, answered.notices = sent.effects, sent.notices
    return answered


def _invite_to_organization(call: Call, account: ClerkAccount, given: Sequence[Mapping[str, Any]]) -> Sent:
    state, organization = account.state, organization_of(call, account)
    members = state.members_of.get(organization["id"], {})
    seen: set[str] = set()
    for each in given:
        address, inviter = each["email_address"].lower(), each.get("inviter_user_id")
        role_of(call, account, each["role"])
        if inviter is not None and inviter not in state.users:
            raise missing(call, "user", inviter)
        if inviter is not None and inviter not in members:
            raise refuse(call, "authorization_invalid")
        if state.owners.get(("email_address", address)) in members:
            raise refuse(call, "already_a_member_in_organization", address)
        if _pending(account, organization["id"], address) or address in seen:
            raise refuse(call, "organization_invitation_not_unique")
        seen.add(address)
    check_room(call, account, organization, len(given))
    rows = [{**_made(account, each, "orginv"), "organization_id": organization["id"]} for each in given]
    effects: list[Effect] = []
    notices: list[Notice] = []
    for row in rows:
        state.organization_invitations.keep(row, account.clock())
        link(state.invited, organization["id"], row["email_address"], row["id"])
        link(state.invitations_of, organization["id"], row["id"])
        _await_acceptance(account, state.organization_invitations, row)
        fields = {"email_address": row["email_address"], "organization_id": organization["id"], "role": row["role"]}
        references = {"organization_id": organization["id"]}
        effects.append(Effect("clerk.organization_invitation", row["id"], references=references, fields=fields))
        notices += told(account, "organizationInvitation.created", view(account, row), call)
    return Sent(rows, (*effects, *_emails(rows, given, "organization_invitation")), notices)


def list_of_organization(call: Call, account: Account[State]) -> Reply:
    """GET /organizations/{organization_id}/invitations."""
    organization = organization_of(call, account)
    address = (take.value_of(call, "email_address") or "").lower()
    mine = _all_of(account, organization)
    rows, total = _listed(call, account, (row for row in mine if address in {"", row["email_address"]}))
    return page([view(account, row) for row in rows], total)


def list_pending(call: Call, account: Account[State]) -> Reply:
    """GET /organizations/{organization_id}/invitations/pending, deprecated."""
    organization = organization_of(call, account)
    mine = _all_of(account, organization)
    rows, total = _listed(call, account, (row for row in mine if view(account, row)["status"] == "pending"))
    return page([view(account, row) for row in rows], total)


def _all_of(account: ClerkAccount, organization: Object) -> Iterator[Object]:
    """Newest first."""
    kept = account.state.organization_invitations
    known = (kept.look(id, account) for id in reversed(account.state.invitations_of.get(organization["id"], {})))  # noqa: A001
    return (row for row in known if row is not None)


def list_of_instance(call: Call, account: Account[State]) -> Reply:
    """GET /organization_invitations: all there are, each with its organization."""
    rows, total = _listed(call, account, account.state.organization_invitations.all_seen(account))
    return page([_with_organization(account, row) for row in rows], total)


def list_of_user(call: Call, account: Account[State]) -> Reply:
    """GET /users/{user_id}/organization_invitations: those to any of his addresses."""
    user = account.state.users.get(call.params["user_id"])
    if user is None:
        raise missing(call, "user", call.params["user_id"])
    addresses = {each["email_address"] for each in user["email_addresses"]}
    known = account.state.organization_invitations.all_seen(account)
    rows, total = _listed(call, account, (row for row in known if row["email_address"] in addresses))
    return page([_with_organization(account, row) for row in rows], total)


def fetch_of_organization(call: Call, account: Account[State]) -> Reply:
    """GET /organizations/{organization_id}/invitations/{invitation_id}."""
    row = _of_organization(call, account)
    seen = account.state.organization_invitations.seen(row, account)
    if seen is None:
        raise missing(call, "organization invitation", row["id"])
    return reply(view(account, seen))


def revoke_of_organization(call: Call, account: Account[State]) -> Reply:
    """POST …/invitations/{invitation_id}/revoke."""
    row = _of_organization(call, account)
    given = take.checked(call, {"requesting_user_id": take.text()}) if call.body else {}
    requesting = given.get("requesting_user_id")
    if requesting is not None and requesting not in account.state.members_of.get(row["organization_id"], {}):
        raise refuse(call, "authorization_invalid")
    if view(account, row)["status"] != "pending":
        raise refuse(call, "organization_invitation_not_pending")
    changed = _closed(account, account.state.organization_invitations, row, "revoked")
    shown = view(account, changed)
    return reply(shown, notices=told(account, "organizationInvitation.revoked", shown, call))


def _of_organization(call: Call, account: ClerkAccount) -> Object:
    organization = organization_of(call, account)
    row = account.state.organization_invitations.get(call.params["invitation_id"])
    if row is None or row["organization_id"] != organization["id"]:
        raise missing(call, "organization invitation", call.params["invitation_id"])
    return row


# -- both --------------------------------------------------------------------------------------------------------------


def _made(account: ClerkAccount, given: Mapping[str, Any], prefix: str) -> Object:
    now = now_ms(account)
    id = new_id(account, prefix)  # noqa: A001
    row: Object = {
        "object": "invitation" if prefix == "inv" else "organization_invitation",
        "id": id,
        "email_address": given["email_address"].lower(),
        "public_metadata": given.get("public_metadata") or {},
        "status": "pending",
        "url": f"{account.base_url}/v1/tickets/accept?ticket={ticket(account.name, id)}",
        "expires_at": now + (given.get("expires_in_days") or DAYS) * _DAY_MS,
        "created_at": now,
        "updated_at": now,
    }
    if prefix == "inv":
        return {**row, "revoked": False}
    inviter = given.get("inviter_user_id")
    return {
        **row,
        "role": given["role"],
        "private_metadata": given.get("private_metadata") or {},
        "inviter_id": inviter,
    }


def view(account: ClerkAccount, row: Object) -> Object:
    """An invitation as it is read: one whose time is up says so, an organization's names its role and who sent it."""
    shown = row
    if row["status"] == "pending" and now_ms(account) >= row["expires_at"]:
        shown = {**row, "status": "expired"}
    if row["object"] == "invitation":
        return shown
    inviter = account.state.users.get(row["inviter_id"] or "")
    role = account.setup.roles.get(row["role"]) or Role(row["role"], ())
    about = None if inviter is None else shapes.public_inviter(inviter)
    return {**shown, "role_name": role.name, "public_inviter_data": about}


def _with_organization(account: ClerkAccount, row: Object) -> Object:
    organization = account.state.organizations.get(row["organization_id"])
    kept = ("id", "name", "slug", "image_url", "has_image")
    about = {name: organization[name] for name in kept} if organization is not None else None
    return {**view(account, row), "public_organization_data": about}


def _pending(account: ClerkAccount, organization_id: str, address: str) -> bool:
    """Whether somebody is invited already. An invitation whose time is up no longer counts."""
    state = account.state
    kept = state.organization_invitations if organization_id else state.invitations
    row = kept.get(state.invited.get(organization_id, {}).get(address, ""))
    if row is None:
        return False
    if view(account, row)["status"] == "pending":
        return True
    state.close_invitation(row)
    return False


def _listed(call: Call, account: ClerkAccount, rows: Any) -> tuple[list[Object], int]:
    """One page, newest first or as the query says, and how many there are in all."""
    limit, offset = take.page_of(call)
    status, part = take.choice_of(call, "status", STATUSES), (take.value_of(call, "query") or "").lower()
    order = take.value_of(call, "order_by") or "-created_at"
    keys: Mapping[str, Callable[[Object], Any]] = {
        "created_at": lambda row: row["created_at"],
        "email_address": lambda row: row["email_address"],
        "url": lambda row: row["url"],
        "expires_at": lambda row: row["expires_at"],
    }
    key = keys.get(order.lstrip("+-"))
    if key is None:
        raise invalid(call, "form_param_value_invalid", "order_by", order[:100])
    found = [row for row in rows if status in {None, view(account, row)["status"]}]
    found = [row for row in found if part in row["email_address"] or part in row["id"].lower()]
    if not order.startswith("-"):
        found.reverse()
    found.sort(key=key, reverse=order.startswith("-"))
    return list(islice(found, offset, offset + limit)), len(found)


def _emails(rows: Sequence[Object], given: Sequence[Mapping[str, Any]], slug: str) -> list[Effect]:
    """The messages that go out, unless nobody is to be told or the address is Clerk's own for tests."""
    return [
        Effect(
            "clerk.email",
            f"ema_{row['id'].partition('_')[2]}",
            references={"id": row["id"]},
            fields={"to": row["email_address"], "slug": slug},
        )
        for row, each in zip(rows, given, strict=True)
        if each.get("notify") is not False and TEST_ADDRESS not in row["email_address"]
    ]


def _closed(account: ClerkAccount, kept: Kept, row: Object, status: str) -> Object:
    account.state.close_invitation(row)
    return kept.change(row, account.clock(), status=status, updated_at=now_ms(account))


def _await_acceptance(account: ClerkAccount, kept: Kept, row: Object) -> None:
    """Whoever is invited at such an address accepts."""
    if ACCEPT in row["email_address"].partition("@")[0]:
        account.later(ACCEPT_S, lambda: accepted(account, kept, row["id"]))


def accepted(account: ClerkAccount, kept: Kept, id: str, call: Call | None = None) -> Aftermath | None:  # noqa: A002
    """Somebody follows the link: a user, if the address has none yet, and with an organization a member. None where the
    invitation is no longer pending, or the organization is full or gone."""
    row = kept.get(id)
    if row is None or view(account, row)["status"] != "pending":
        return None
    state = account.state
    organization = state.organizations.get(row.get("organization_id", ""))
    if row["object"] == "organization_invitation" and organization is None:
        return None
    changed = _closed(account, kept, row, "accepted")
    effects: list[Effect] = []
    notices: list[Notice] = []
    user = state.users.get(state.owners.get(("email_address", row["email_address"]), ""))
    if user is None:
        metadata = row["public_metadata"] if organization is None else {}
        user = settle(account, _invited_user(account, row["email_address"], metadata))
        effects.append(user_effect(user))
        notices += told(account, "user.created", user, call)
    if organization is not None and user["id"] not in state.members_of.get(organization["id"], {}):
        metadata = {name: row[name] for name in ("public_metadata", "private_metadata")}
        _, effect, its = joined(call, account, organization, user, row["role"], metadata=metadata)
        effects.append(effect)
        notices += [*its, *told(account, "organizationInvitation.accepted", view(account, changed), call)]
    return Aftermath(effects, notices)


def _invited_user(account: ClerkAccount, address: str, metadata: Mapping[str, Any]) -> Object:
    email = shapes.email_address(account, address, verified="ticket")
    known = {"email_addresses": [email], "primary_email_address_id": email["id"], "public_metadata": dict(metadata)}
    return shapes.user(account, **known)


_TO: Final = "/organizations/{organization_id}/invitations"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", "/invitations", list_invitations),
    Route("POST", "/invitations", create),
    Route("POST", "/invitations/bulk", create_many),
    Route("POST", "/invitations/{invitation_id}/revoke", revoke),
    Route("GET", _TO, list_of_organization),
    Route("POST", _TO, create_to_organization),
    Route("POST", f"{_TO}/bulk", create_many_to_organization),
    Route("GET", f"{_TO}/pending", list_pending),
    Route("GET", f"{_TO}/{{invitation_id}}", fetch_of_organization),
    Route("POST", f"{_TO}/{{invitation_id}}/revoke", revoke_of_organization),
    Route("GET", "/organization_invitations", list_of_instance),
    Route("GET", "/users/{user_id}/organization_invitations", list_of_user),
)
