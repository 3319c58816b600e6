"""API keys, which an application hands out to its own users and organizations."""

import re
from itertools import islice
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk import secrets, shapes
from brownout_simulators.vendors.clerk.dialect import page, reply
from brownout_simulators.vendors.clerk.errors import invalid, missing, refuse
from brownout_simulators.vendors.clerk.ids import hex_id
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Object, State, now_ms

_SUBJECT: Final = re.compile(r"(?:user|org|mch)_\w{27}")
_MOST: Final = 100
_FIELDS: Final = {
    "type": take.text(25),
    "name": take.text(),
    "description": take.text(255),
    "subject": take.text(),
    "claims": take.claims,
    "scopes": take.texts,
    "created_by": take.text(),
    "seconds_until_expiration": take.number,
}
_CHANGED: Final = ("claims", "scopes", "description", "subject")


def create(call: Call, account: Account[State]) -> Reply:
    """POST /api_keys: 201, and the only answer but `…/secret` that shows the secret."""
    given = take.checked(call, _FIELDS, "name", "subject")
    _check_subject(call, account, given["subject"])
    now = now_ms(account)
    row: Object = {
        "object": "api_key",
        "id": hex_id(account, "ak"),
        "type": given.get("type") or "api_key",
        "subject": given["subject"],
        "name": given["name"],
        "description": given.get("description"),
        "claims": given.get("claims"),
        "scopes": given.get("scopes") or [],
        "revoked": False,
        "revocation_reason": None,
        "expired": False,
        "expiration": secrets.expiration(account, given, None),
        "created_by": given.get("created_by"),
        "last_used_at": None,
        "created_at": now,
        "updated_at": now,
    }
    secret = f"ak_{account.ids.base62(43)}"
    shown = secrets.keep(account, account.state.api_keys, row, secret)
    fields = {"subject": row["subject"], "name": row["name"]}
    effect = Effect("clerk.api_key", row["id"], references={"subject": row["subject"]}, fields=fields)
    return reply({**shown, "secret": secret}, status=201, effects=(effect,))


def list_keys(call: Call, account: Account[State]) -> Reply:
    """GET /api_keys of one subject; those that are good, unless all are asked for."""
    subject, part = take.value_of(call, "subject"), (take.value_of(call, "query") or "").lower()
    if not subject:
        raise refuse(call, "missing_query_parameter", "subject")
    limit, offset = take.page_of(call, _MOST)
    kind, with_invalid = take.value_of(call, "type") or "api_key", take.flag_of(call, "include_invalid")
    rows = [
        row
        for row in secrets.of_subject(account, account.state.api_keys, subject)
        if row["type"] == kind
        and (with_invalid or not (row["revoked"] or row["expired"]))
        and (part in row["name"].lower() or part in row["id"])
    ]
    return page(list(islice(rows, offset, offset + limit)), len(rows))


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /api_keys/{key_id}."""
    return reply(secrets.view(account, _of_call(call, account)))


def change(call: Call, account: Account[State]) -> Reply:
    """PATCH /api_keys/{key_id}."""
    row = _of_call(call, account)
    given = take.checked(call, {name: _FIELDS[name] for name in (*_CHANGED, "seconds_until_expiration")})
    changes: Object = {name: given[name] for name in _CHANGED if name in given}
    if changes.get("subject") is not None and changes["subject"] != row["subject"]:
        raise invalid(call, "form_param_value_invalid", "subject", changes["subject"])
    changes.pop("subject", None)
    if changes.get("scopes", ()) is None:
        changes["scopes"] = []
    if "seconds_until_expiration" in given:
        changes["expiration"] = secrets.expiration(account, given, None)
    changed = account.state.api_keys.change(row, account.clock(), **changes, updated_at=now_ms(account))
    return reply(secrets.view(account, changed))


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /api_keys/{key_id}."""
    row, state = _of_call(call, account), account.state
    state.api_keys.drop(row["id"])
    state.forget_token(row)
    gone = Effect("clerk.deletion", f"{row['id']}-deleted", references={"id": row["id"]}, fields={"object": "api_key"})
    return reply(shapes.deleted("api_key", row), effects=(gone,))


def show_secret(call: Call, account: Account[State]) -> Reply:
    """GET /api_keys/{key_id}/secret."""
    return reply({"secret": account.state.secret_of[_of_call(call, account)["id"]]})


def revoke(call: Call, account: Account[State]) -> Reply:
    """POST /api_keys/{key_id}/revoke."""
    row = secrets.revoked(call, account, account.state.api_keys, _of_call(call, account))
    return reply(secrets.view(account, row))


def verify(call: Call, account: Account[State]) -> Reply:
    """POST /api_keys/verify."""
    return reply(secrets.verified(call, account, account.state.api_keys, "API key"))


def _check_subject(call: Call, account: ClerkAccount, subject: str) -> None:
    if not _SUBJECT.fullmatch(subject):
        raise invalid(call, "form_param_format_invalid", "subject", "subject")
    state = account.state
    if not any(subject in kept for kept in (state.users, state.organizations, state.machines)):
        raise missing(call, "subject", subject)


def _of_call(call: Call, account: ClerkAccount) -> Object:
    row = account.state.api_keys.get(call.params["key_id"])
    if row is None:
        raise missing(call, "API key", call.params["key_id"])
    return row


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", "/api_keys", list_keys),
    Route("POST", "/api_keys", create),
    Route("POST", "/api_keys/verify", verify),
    Route("GET", "/api_keys/{key_id}", fetch),
    Route("PATCH", "/api_keys/{key_id}", change),
    Route("DELETE", "/api_keys/{key_id}", delete),
    Route("GET", "/api_keys/{key_id}/secret", show_secret),
    Route("POST", "/api_keys/{key_id}/revoke", revoke),
)
