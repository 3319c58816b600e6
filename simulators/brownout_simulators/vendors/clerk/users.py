"""Users: made, read, changed, banned, locked, deleted; their passwords."""

from collections.abc import Callable, Mapping
from itertools import repeat
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendor import Refused, Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk import passwords, shapes
from brownout_simulators.vendors.clerk.dialect import METADATA_APART, reply, version_of
from brownout_simulators.vendors.clerk.errors import answer, form_error, invalid, missing, refuse
from brownout_simulators.vendors.clerk.merging import merged
from brownout_simulators.vendors.clerk.resources import (
    ClerkAccount,
    Object,
    State,
    identifiers_of,
    now_ms,
)
from brownout_simulators.vendors.clerk.sessions import end_all
from brownout_simulators.vendors.clerk.webhooks import told

METADATA: Final = ("public_metadata", "private_metadata", "unsafe_metadata")
_METADATA_FIELDS: Final[Mapping[str, take.Check]] = dict.fromkeys(METADATA, take.metadata)
_SHARED: Final[Mapping[str, take.Check]] = {
    "external_id": take.text(),
    "first_name": take.text(),
    "last_name": take.text(),
    "locale": take.text(35),
    "username": take.text(),
    "password": take.text(4_096),
    "password_digest": take.text(4_096),
    "password_hasher": take.text(40),
    "skip_password_checks": take.boolean,
    "totp_secret": take.text(),
    "backup_codes": take.texts,
    "delete_self_enabled": take.boolean,
    "create_organization_enabled": take.boolean,
    "create_organizations_limit": take.whole(),
    "legal_accepted_at": take.instant,
    "skip_legal_checks": take.boolean,
    "created_at": take.instant,
    "bypass_client_trust": take.boolean,
}
"""What both a new user and a change of one may say."""
_NEW: Final[Mapping[str, take.Check]] = {
    **_SHARED,
    **_METADATA_FIELDS,
    "email_address": take.each(take.email),
    "email_address_identification_status": take.each(take.one_of("verified", "reserved")),
    "phone_number": take.each(take.phone),
    "phone_number_identification_status": take.each(take.one_of("verified", "reserved")),
    "web3_wallet": take.texts,
    "skip_password_requirement": take.boolean,
    "skip_user_requirement": take.boolean,
    "banned": take.boolean,
    "locked": take.boolean,
}
_CHANGED: Final[Mapping[str, take.Check]] = {
    **_SHARED,
    "primary_email_address_id": take.text(),
    "notify_primary_email_address_changed": take.boolean,
    "primary_phone_number_id": take.text(),
    "primary_web3_wallet_id": take.text(),
    "profile_image_id": take.text(),
    "sign_out_of_other_sessions": take.boolean,
}
_KEPT: Final = ("external_id", "first_name", "last_name", "locale", "username", "delete_self_enabled",
                "create_organization_enabled", "create_organizations_limit", "bypass_client_trust")  # fmt: skip
"""Parameters that are members of the user under the same name."""
_AS_GIVEN: Final = frozenset({*_KEPT, *METADATA})
_PRIMARIES: Final[Mapping[str, str]] = {
    "primary_email_address_id": "email_addresses",
    "primary_phone_number_id": "phone_numbers",
    "primary_web3_wallet_id": "web3_wallets",
}
_ADDRESSES: Final[tuple[tuple[str, str, str, str, Callable[..., Object]], ...]] = (
    (
        "email_address",
        "email_address_identification_status",
        "email_addresses",
        "primary_email_address_id",
        shapes.email_address,
    ),
    (
        "phone_number",
        "phone_number_identification_status",
        "phone_numbers",
        "primary_phone_number_id",
        shapes.phone_number,
    ),
)
"""Two parameters, where they are kept, where the primary one is named, what makes one."""
_VERIFIED: Final[Mapping[str, str]] = {"verified": "admin", "reserved": ""}
_NAMES: Final = "abcdefghijklmnopqrstuvwxyz0123456789_-"


def create(call: Call, account: Account[State]) -> Reply:
    """POST /users. Without an identifier that must be unique, the same call again makes another user."""
    given = take.checked(call, _NEW)
    wrong = [
        form_error("form_param_array_length_mismatch", statuses, name)
        for name, statuses, *_ in _ADDRESSES
        if given.get(statuses) and len(given[statuses]) != len(given.get(name) or ())
    ]
    quota = account.setup.user_quota
    if quota and len(account.state.users) >= quota:
        raise refuse(call, "user_quota_exceeded", str(quota))
    user = _new_user(account, given)
    wrong += [*_taken(account.state, user, None), *passwords.wrong_with(given)]
    if wrong:
        raise Refused(answer(call, 422, *wrong))
    user = settle(account, user)
    if given.get("created_at"):
        account.state.has_odd_dates = True
    passwords.keep(account, user["id"], given)
    return reply(user, effects=(effect(user),), notices=told(account, "user.created", user, call))


def settle(account: ClerkAccount, user: Object) -> Object:
    """Enter a new user into the books."""
    state = account.state
    state.users.keep(user, account.clock())
    _own(state, user)
    return user


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /users/{user_id}."""
    user = account.state.users.look(call.params["user_id"], account)
    if user is None:
        raise missing(call, "user", call.params["user_id"])
    return reply(user)


def change(call: Call, account: Account[State]) -> Reply:
    """PATCH /users/{user_id}; with metadata only for who speaks an older version."""
    user, state = of_call(call, account), account.state
    is_apart = version_of(call) >= METADATA_APART
    given = take.checked(call, _CHANGED if is_apart else {**_CHANGED, **_METADATA_FIELDS})
    changes: Object = {
        name: given[name] for name in _KEPT if name in given and (given[name] is not None or name in _NULLABLE)
    }
    changes |= {name: given[name] for name in METADATA if given.get(name) is not None}
    changes |= _new_primaries(call, user, given)
    changes |= _instants(given)
    if "username" in changes and changes["username"] is not None:
        changes["username"] = changes["username"].lower()
    changed = {**user, **changes}
    wrong = [*_taken(state, changed, user["id"]), *passwords.wrong_with(given)]
    if wrong:
        raise Refused(answer(call, 422, *wrong))
    notices: list[Notice] = []
    if passwords.keep(account, user["id"], given):
        changes |= {"password_enabled": True, "password_last_updated_at": now_ms(account)}
        if given.get("sign_out_of_other_sessions"):
            notices += end_all(account, user["id"], "revoked", call)
    if "created_at" in changes:
        state.has_odd_dates = True
    return changed_reply(call, account, user, changes, notices)


_NULLABLE: Final = frozenset(
    {"external_id", "first_name", "last_name", "locale", "username", "create_organizations_limit"}
)
"""Members that a change may take away."""


def merge_metadata(call: Call, account: Account[State]) -> Reply:
    """PATCH /users/{user_id}/metadata: merged at every depth, null takes a key away."""
    user = of_call(call, account)
    given = take.checked(call, _METADATA_FIELDS)
    changes = {name: merged(user[name], value) for name, value in given.items() if value is not None}
    for name, value in changes.items():
        if (trouble := take.metadata(value)) is not None:
            raise invalid(call, trouble[0], name, trouble[1])
    return changed_reply(call, account, user, changes)


def replace_metadata(call: Call, account: Account[State]) -> Reply:
    """PUT /users/{user_id}/metadata: replaces the objects that are given, and leaves the others."""
    user = of_call(call, account)
    given = take.checked(call, _METADATA_FIELDS)
    return changed_reply(call, account, user, {name: value for name, value in given.items() if value is not None})


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /users/{user_id}. The second time there is nobody: 404."""
    user, state = of_call(call, account), account.state
    notices = [*end_all(account, user["id"], "removed", call), *_left_organizations(account, user, call)]
    state.users.drop(user["id"])
    state.forget_user(user)
    body = shapes.deleted("user", user)
    gone = {**body, "external_id": user["external_id"]} if user["external_id"] is not None else body
    done = deletion(user, external_id=user["external_id"])
    return reply(body, effects=(done,), notices=(*notices, *told(account, "user.deleted", gone, call)))


def verify_password(call: Call, account: Account[State]) -> Reply:
    """POST /users/{user_id}/verify_password."""
    passwords.check(call, account, of_call(call, account))
    return reply({"verified": True})


def verify_totp(call: Call, account: Account[State]) -> Reply:
    """POST /users/{user_id}/verify_totp: nobody has a second factor here."""
    of_call(call, account)
    take.checked(call, {"code": take.text()}, "code")
    raise refuse(call, "totp_disabled")


# -- what other modules need of users ----------------------------------------------------------------------------------


def of_call(call: Call, account: ClerkAccount) -> Object:
    """The user in the path, as he is now; 404."""
    user = account.state.users.get(call.params["user_id"])
    if user is None:
        raise missing(call, "user", call.params["user_id"])
    return user


def changed_reply(
    call: Call, account: ClerkAccount, user: Object, changes: Mapping[str, Any], notices: list[Notice] | None = None
) -> Reply:
    """The user after a change, which is told."""
    row = changed_user(account, user, changes)
    return reply(row, notices=(*(notices or ()), *told(account, "user.updated", row, call)))


def changed_user(account: ClerkAccount, user: Object, changes: Mapping[str, Any]) -> Object:
    """A user after a change, entered into the books."""
    state = account.state
    for identifier in identifiers_of(user):
        state.owners.pop(identifier, None)
    row = state.users.change(user, account.clock(), **changes, updated_at=now_ms(account))
    _own(state, row)
    return row


def effect(user: Object) -> Effect:
    """A user made, with whatever ids the caller gave him."""
    references = {"external_id": user["external_id"] or ""}
    for kind in METADATA:
        if user[kind]:
            references |= {f"{kind}.{name}": value for name, value in user[kind].items() if isinstance(value, str)}
    emails, phones = user["email_addresses"], user["phone_numbers"]
    fields = {
        "email_address": emails[0]["email_address"] if emails else "",
        "phone_number": phones[0]["phone_number"] if phones else "",
        "username": user["username"] or "",
        "external_id": user["external_id"] or "",
        "first_name": user["first_name"] or "",
        "last_name": user["last_name"] or "",
    }
    return Effect("clerk.user", user["id"], references={n: v for n, v in references.items() if v}, fields=fields)


def deletion(row: Object, *, external_id: str | None = None) -> Effect:
    """Something that is gone for good."""
    references = {"id": row["id"], **({"external_id": external_id} if external_id else {})}
    return Effect("clerk.deletion", f"{row['id']}-deleted", references=references, fields={"object": row["object"]})


# -- parts -------------------------------------------------------------------------------------------------------------


def _new_user(account: ClerkAccount, given: Mapping[str, Any]) -> Object:
    known: Object = {name: value for name, value in given.items() if name in _AS_GIVEN and value is not None}
    if "username" in known:
        known["username"] = known["username"].lower()
    for name, statuses, members, primary, make in _ADDRESSES:
        if given.get(name):
            rows = [
                make(account, value.lower(), reserved=status == "reserved", verified=_VERIFIED[status])
                for value, status in zip(given[name], given.get(statuses) or repeat("verified"), strict=False)
            ]
            known |= {members: rows, primary: rows[0]["id"]}
    if given.get("web3_wallet"):
        wallets = [shapes.web3_wallet(account, value) for value in given["web3_wallet"]]
        known |= {"web3_wallets": wallets, "primary_web3_wallet_id": wallets[0]["id"]}
    if given.get("password") or given.get("password_digest"):
        known |= {"password_enabled": True, "password_last_updated_at": now_ms(account)}
    known |= {name: True for name in ("banned", "locked") if given.get(name)}
    return shapes.user(account, **known, **_instants(given))


def _instants(given: Mapping[str, Any]) -> Object:
    found: Object = {}
    for name in ("created_at", "legal_accepted_at"):
        moment = take.moment_of(given[name]) if given.get(name) else None
        if moment is not None:
            found[name] = int(moment.timestamp() * 1000)
    return found


def _new_primaries(call: Call, user: Object, given: Mapping[str, Any]) -> Object:
    found = {}
    for name, members in _PRIMARIES.items():
        id = given.get(name)  # noqa: A001
        if id is not None:
            if not any(each["id"] == id for each in user[members]):
                raise invalid(call, "form_resource_not_found", name)
            found[name] = id
    return found


def _taken(state: State, user: Object, id: str | None) -> list[Object]:  # noqa: A002
    """What another user has already, or the user twice; and names that cannot be."""
    wrong, seen = [], set()
    for kind, value in identifiers_of(user):
        owner = state.owners.get((kind, value))
        if (owner is not None and owner != id) or (kind, value) in seen:
            wrong.append(form_error("form_identifier_exists", kind, kind.replace("_", " ")))
        seen.add((kind, value))
    name = user["username"]
    if name is not None and not 4 <= len(name) <= 64:
        wrong.append(form_error("form_username_invalid_length", "username"))
    elif name is not None and not set(name) <= set(_NAMES):
        wrong.append(form_error("form_username_invalid_character", "username"))
    return wrong


def _own(state: State, user: Object) -> None:
    for identifier in identifiers_of(user):
        state.owners[identifier] = user["id"]
    for each in (*user["email_addresses"], *user["phone_numbers"]):
        state.identified[each["id"]] = user["id"]


def _left_organizations(account: ClerkAccount, user: Object, call: Call) -> list[Notice]:
    state = account.state
    notices: list[Notice] = []
    for membership_id in list(state.organizations_of.get(user["id"], {}).values()):
        row = state.memberships.drop(membership_id)
        if row is not None:
            state.forget_membership(row)
            notices += told(account, "organizationMembership.deleted", row, call)
    return notices


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/users", create),
    Route("GET", "/users/{user_id}", fetch),
    Route("PATCH", "/users/{user_id}", change),
    Route("DELETE", "/users/{user_id}", delete),
    Route("PATCH", "/users/{user_id}/metadata", merge_metadata),
    Route("PUT", "/users/{user_id}/metadata", replace_metadata),
    Route("POST", "/users/{user_id}/verify_password", verify_password),
    Route("POST", "/users/{user_id}/verify_totp", verify_totp),
)
