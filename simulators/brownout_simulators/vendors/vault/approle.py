"""AppRole: roles, their ids, secret ids, and the login by both."""

from math import inf
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.vault import fields, lives
from brownout_simulators.vendors.vault.beginning import add_role, add_secret_id, leave, names
from brownout_simulators.vendors.vault.durations import NEVER, instant
from brownout_simulators.vendors.vault.entries import AppRole, SecretId, key_of
from brownout_simulators.vendors.vault.errors import not_found, refuse
from brownout_simulators.vendors.vault.names import new_uuid, with_label
from brownout_simulators.vendors.vault.replies import done, secret
from brownout_simulators.vendors.vault.resources import SYSTEM_TTL_S, State
from brownout_simulators.vendors.vault.tokens import auth_of, capped

KIND: Final = "approle"
SWEEP_S: Final = 60.0
"""A secret id whose time is over is good until the next sweep, once a minute (builtin/credential/approle)."""


def login(call: Call, account: Account[State]) -> Reply:
    """POST login: role id and secret id for a token."""
    role_id, value = fields.text(call, "role_id"), fields.text(call, "secret_id")
    if not role_id:
        raise refuse("missing_role_id")
    state, mount = account.state, call.params["mount"]
    role: AppRole | None = state.entries.get(key_of(mount, "role id", role_id))
    if role is None:
        return _failed(role_id)
    one: SecretId | None = None
    if role.bind_secret_id:
        if not value:
            raise refuse("missing_secret_id")
        one = _usable(account, state.secret_ids.get(key_of(mount, role.name, value)))
        if one is None:
            return _failed(role_id)
    effects = [] if one is None else _used(account, mount, role, one)
    meta = {"role_name": role.name, **(one.meta if one is not None else {})}
    ttl_s, max_s = role.token_ttl_s, role.token_max_ttl_s
    if role.is_app:
        ttl_s, max_s = account.setup.token_ttl_s, account.setup.token_max_ttl_s
    limit_s = min(SYSTEM_TTL_S, max_s or inf, role.token_explicit_max_ttl_s or inf)
    given_s, warnings = capped(role.token_period_s or ttl_s or limit_s, limit_s)
    policies = {*role.token_policies, *(() if role.no_default_policy else ("default",))}
    token, issued = lives.issue(
        account,
        policies=sorted(policies),
        path=f"{mount}login",
        display_name=mount.removeprefix("auth/").rstrip("/"),
        ttl_s=given_s,
        max_ttl_s=max_s or SYSTEM_TTL_S,
        period_s=role.token_period_s,
        explicit_max_s=role.token_explicit_max_ttl_s,
        num_uses=role.token_num_uses,
        kind="batch" if role.batch else "service",
        meta=meta,
    )
    return secret(call, auth=auth_of(token, given_s), warnings=warnings, effects=(*effects, issued))


def _failed(role_id: str) -> Reply:
    refused = refuse("bad_secret_id").reply
    refused.effects = (Effect("vault.login_failed", role_id[:60], fields={"path": "auth/approle/login"}),)
    return refused


def _usable(account: Account[State], one: SecretId | None) -> SecretId | None:
    if one is None or one.is_gone:
        return None
    swept_s = account.clock() // SWEEP_S * SWEEP_S
    return None if one.ends_s and one.ends_s <= swept_s else one


def _used(account: Account[State], mount: str, role: AppRole, one: SecretId) -> list[Effect]:
    if one.uses:
        one.uses -= 1
        one.updated_s = account.clock()
        if not one.uses:
            _forget(account, mount, role, one)
    fields_ = {"role": role.name, "accessor": one.accessor, "left": one.uses}
    return [Effect("vault.secret_id_used", one.accessor, fields=fields_)]


def _forget(account: Account[State], mount: str, role: AppRole, one: SecretId) -> None:
    one.is_gone = True
    account.state.secret_ids.remove(key_of(mount, role.name, one.value))
    account.state.secret_ids.remove(key_of(mount, "accessor", one.accessor))
    role.secret_ids.pop(one.accessor, None)


# -- roles ------------------------------------------------------------------------------------------------------------


def _role(call: Call, account: Account[State]) -> AppRole | None:
    return account.state.entries.get(key_of(call.params["mount"], "role", call.params["role"].lower()))


def _the_role(call: Call, account: Account[State]) -> AppRole:
    role = _role(call, account)
    if role is None:
        raise refuse("no_such_role", call.params["role"])
    return role


def write_role(call: Call, account: Account[State]) -> Reply:
    """POST role/:role."""
    name = call.params["role"].lower()
    known = _role(call, account)
    role = known or AppRole(name, with_label(new_uuid(account.ids), account.name))
    seconds = {
        key: fields.duration(call, key)
        for key in ("token_ttl", "token_max_ttl", "token_period", "token_explicit_max_ttl", "secret_id_ttl")
        if key in call.data
    }
    if seconds.get("token_max_ttl") and seconds.get("token_ttl", role.token_ttl_s) > seconds["token_max_ttl"]:
        raise refuse("invalid", "'token_ttl' cannot be greater than 'token_max_ttl'")
    policies = fields.texts(call, "token_policies") or fields.texts(call, "policies")
    token_uses = fields.number(call, "token_num_uses", role.token_num_uses)
    uses = fields.number(call, "secret_id_num_uses", role.secret_id_num_uses)
    if token_uses < 0 or uses < 0:
        raise refuse("invalid", "number of uses cannot be negative")
    role.bind_secret_id = fields.flag(call, "bind_secret_id", default=role.bind_secret_id)
    role.no_default_policy = fields.flag(call, "token_no_default_policy", default=role.no_default_policy)
    role.batch = fields.text(call, "token_type", "batch" if role.batch else "") == "batch"
    role.token_num_uses, role.secret_id_num_uses = token_uses, uses
    for key, value in seconds.items():
        setattr(role, f"{key}_s", value)
        role.is_app = role.is_app and key not in ("token_ttl", "token_max_ttl")
    if policies is not None:
        role.token_policies = tuple(dict.fromkeys(each.lower() for each in policies))
    if known is None:
        add_role(account.state, call.params["mount"], role)
    return done()


def read_role(call: Call, account: Account[State]) -> Reply:
    """GET role/:role."""
    role = _role(call, account)
    if role is None:
        return not_found()
    data = {
        "bind_secret_id": role.bind_secret_id,
        "local_secret_ids": False,
        "secret_id_bound_cidrs": None,
        "secret_id_num_uses": role.secret_id_num_uses,
        "secret_id_ttl": int(role.secret_id_ttl_s),
        "token_bound_cidrs": [],
        "token_explicit_max_ttl": int(role.token_explicit_max_ttl_s),
        "token_max_ttl": int(account.setup.token_max_ttl_s if role.is_app else role.token_max_ttl_s),
        "token_no_default_policy": role.no_default_policy,
        "token_num_uses": role.token_num_uses,
        "token_period": int(role.token_period_s),
        "token_policies": list(role.token_policies),
        "token_ttl": int(account.setup.token_ttl_s if role.is_app else role.token_ttl_s),
        "token_type": "batch" if role.batch else "default",
    }
    return secret(call, data, mount_type=KIND)


def delete_role(call: Call, account: Account[State]) -> Reply:
    """DELETE role/:role: with its secret ids."""
    role = _role(call, account)
    if role is not None:
        forget_role(account, call.params["mount"], role)
    return done()


def forget_role(account: Account[State], mount: str, role: AppRole) -> None:
    """It is there no more, nor is any of its ids."""
    state = account.state
    for accessor in list(role.secret_ids):
        one = state.secret_ids.get(key_of(mount, "accessor", accessor))
        if one is not None:
            _forget(account, mount, role, one)
    leave(state, mount, "role", role.name)
    state.entries.remove(key_of(mount, "role id", role.role_id))


def list_roles(call: Call, account: Account[State]) -> Reply:
    """LIST role."""
    found = names(account.state, call.params["mount"], "role")
    return secret(call, {"keys": found}, mount_type=KIND) if found else not_found()


def read_role_id(call: Call, account: Account[State]) -> Reply:
    """GET role/:role/role-id."""
    role = _role(call, account)
    return not_found() if role is None else secret(call, {"role_id": role.role_id}, mount_type=KIND)


def write_role_id(call: Call, account: Account[State]) -> Reply:
    """POST role/:role/role-id: one of the operator's own."""
    role, role_id, state = _the_role(call, account), fields.text(call, "role_id"), account.state
    mount = call.params["mount"]
    if not role_id:
        raise refuse("invalid", "missing role_id")
    taken = state.entries.get(key_of(mount, "role id", role_id))
    if taken is not None and taken is not role:
        raise refuse("invalid", "role_id already in use")
    state.entries.remove(key_of(mount, "role id", role.role_id))
    role.role_id = role_id
    state.entries.put(key_of(mount, "role id", role_id), role)
    return done()


# -- secret ids -------------------------------------------------------------------------------------------------------


def new_secret_id(call: Call, account: Account[State]) -> Reply:
    """POST role/:role/secret-id, and custom-secret-id, whose value the caller says."""
    role = _the_role(call, account)
    if not role.bind_secret_id:
        raise refuse("invalid", "bind_secret_id is not set on the role")
    is_custom = call.path.endswith("custom-secret-id")
    value = fields.text(call, "secret_id") if is_custom else new_uuid(account.ids)
    mount, state = call.params["mount"], account.state
    if not value:
        raise refuse("invalid", "missing secret_id")
    if key_of(mount, role.name, value) in state.secret_ids:
        raise refuse("invalid", "SecretID is already registered")
    uses = fields.number(call, "num_uses", role.secret_id_num_uses)
    if uses < 0:
        raise refuse("invalid", "num_uses cannot be negative")
    ttl_s = fields.duration(call, "ttl") or role.secret_id_ttl_s
    now_s = account.clock()
    one = SecretId(value, new_uuid(account.ids), role.name, uses, ttl_s, now_s, now_s, _metadata(call))
    add_secret_id(state, mount, role, one)
    data = {
        "secret_id": one.value,
        "secret_id_accessor": one.accessor,
        "secret_id_num_uses": one.uses,
        "secret_id_ttl": int(one.ttl_s),
    }
    told = {"role": role.name, "accessor": one.accessor, "uses": one.uses}
    effect = Effect("vault.secret_id_issued", one.accessor, fields=told)
    return secret(call, data, mount_type=KIND, effects=(effect,))


def _metadata(call: Call) -> dict[str, str]:
    """It is JSON within JSON."""
    raw = call.data.get("metadata")
    if raw is None or raw == "":
        return {}
    try:
        found = orjson.loads(raw) if isinstance(raw, str) else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise refuse("invalid", "metadata must be a JSON string of keys and values")
    return found


def list_secret_ids(call: Call, account: Account[State]) -> Reply:
    """LIST role/:role/secret-id: accessors, never the ids themselves."""
    role = _the_role(call, account)
    keys = list(role.secret_ids)
    return secret(call, {"keys": keys}, mount_type=KIND) if keys else not_found()


def look_up_secret_id(call: Call, account: Account[State]) -> Reply:
    """POST role/:role/secret-id/lookup: of one that is not there nothing is said, by a 204."""
    role, value = _the_role(call, account), fields.text(call, "secret_id")
    if not value:
        raise refuse("missing_secret_id")
    one = account.state.secret_ids.get(key_of(call.params["mount"], role.name, value))
    return done() if one is None else secret(call, _described(account, one), mount_type=KIND)


def destroy_secret_id(call: Call, account: Account[State]) -> Reply:
    """POST, DELETE role/:role/secret-id/destroy: again and again."""
    role, value = _the_role(call, account), fields.text(call, "secret_id")
    one = account.state.secret_ids.get(key_of(call.params["mount"], role.name, value))
    if one is not None:
        _forget(account, call.params["mount"], role, one)
    return done()


def look_up_accessor(call: Call, account: Account[State]) -> Reply:
    """POST role/:role/secret-id-accessor/lookup."""
    one = _by_accessor(call, account)
    if one is None:
        accessor = fields.text(call, "secret_id_accessor")
        why = f'failed to find accessor entry for secret_id_accessor: "{accessor[:60]}"'
        return secret(call, {"error": why, "errors": [why]}, status=404, mount_type=KIND)
    return secret(call, _described(account, one), mount_type=KIND)


def destroy_accessor(call: Call, account: Account[State]) -> Reply:
    """POST, DELETE role/:role/secret-id-accessor/destroy."""
    one = _by_accessor(call, account)
    if one is None:
        raise refuse("accessor_unknown", fields.text(call, "secret_id_accessor")[:60])
    _forget(account, call.params["mount"], _the_role(call, account), one)
    return done()


def _by_accessor(call: Call, account: Account[State]) -> SecretId | None:
    role, accessor = _the_role(call, account), fields.text(call, "secret_id_accessor")
    if not accessor:
        raise refuse("invalid", "missing secret_id_accessor")
    one: SecretId | None = account.state.secret_ids.get(key_of(call.params["mount"], "accessor", accessor))
    return one if one is not None and one.role == role.name else None


def _described(account: Account[State], one: SecretId) -> dict[str, Any]:
    epoch_s = account.epoch_s
    return {
        "cidr_list": [],
        "creation_time": instant(epoch_s + one.created_s),
        "expiration_time": instant(epoch_s + one.ends_s) if one.ends_s else NEVER,
        "last_updated_time": instant(epoch_s + one.updated_s),
        "metadata": one.meta,
        "secret_id_accessor": one.accessor,
        "secret_id_num_uses": one.uses,
        "secret_id_ttl": int(one.ttl_s),
        "token_bound_cidrs": [],
    }
