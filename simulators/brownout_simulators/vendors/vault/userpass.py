"""Userpass: users, their passwords, and the lockout after five that are wrong."""

from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.vault import fields, lives
from brownout_simulators.vendors.vault.beginning import enter, leave, names
from brownout_simulators.vendors.vault.entries import User, key_of
from brownout_simulators.vendors.vault.errors import not_found, refuse, said
from brownout_simulators.vendors.vault.replies import done, secret
from brownout_simulators.vendors.vault.resources import SYSTEM_TTL_S, State
from brownout_simulators.vendors.vault.tokens import auth_of, capped

KIND: Final = "userpass"
FAILURES: Final = 5
LOCKED_S: Final = 900.0
"""How long a user is locked, and how long a failure is remembered (configutil/userlockout.go)."""


def login(call: Call, account: Account[State]) -> Reply:
    """POST login/:user."""
    name, password = call.params["user"].lower(), fields.text(call, "password")
    if not password:
        raise refuse("missing_password")
    user = _user(call, account, name)
    now_s = account.clock()
    if user is not None and user.locked_until_s > now_s:
        raise refuse("permission_denied")
    if user is None or user.password != password:
        return _failed(user, name, call.params["mount"], now_s)
    user.failures = 0
    limit_s = user.max_ttl_s or SYSTEM_TTL_S
    given_s, warnings = capped(user.ttl_s or limit_s, limit_s)
    token, effect = lives.issue(
        account,
        policies=sorted({*user.policies, "default"}),
        path=f"{call.params['mount']}login/{name}",
        display_name=f"{call.params['mount'].removeprefix('auth/').rstrip('/')}-{name}",
        ttl_s=given_s,
        max_ttl_s=limit_s,
        meta={"username": name},
    )
    return secret(call, auth=auth_of(token, given_s), warnings=warnings, effects=(effect,))


def _failed(user: User | None, name: str, mount: str, now_s: float) -> Reply:
    reply = said("bad_password")
    effects = [Effect("vault.login_failed", name[:60], fields={"path": f"{mount}login"})]
    if user is not None:
        user.failures = 1 if now_s - user.failed_s > LOCKED_S else user.failures + 1
        user.failed_s = now_s
        if user.failures >= FAILURES:
            user.failures, user.locked_until_s = 0, now_s + LOCKED_S
            effects.append(Effect("vault.user_locked", name, fields={"path": f"{mount}login"}))
    reply.effects = effects
    return reply


def _user(call: Call, account: Account[State], name: str) -> User | None:
    return account.state.entries.get(key_of(call.params["mount"], "user", name))


def write_user(call: Call, account: Account[State]) -> Reply:
    """POST users/:user."""
    name, state, mount = call.params["user"].lower(), account.state, call.params["mount"]
    known = _user(call, account, name)
    password = fields.text(call, "password")
    if known is None and not password:
        raise refuse("missing_password")
    policies = fields.texts(call, "token_policies") or fields.texts(call, "policies")
    ttl_s, max_s = fields.duration(call, "token_ttl"), fields.duration(call, "token_max_ttl")
    user = known or User(name, password)
    user.password = password or user.password
    if policies is not None:
        user.policies = tuple(each.lower() for each in policies)
    user.ttl_s, user.max_ttl_s = ttl_s or user.ttl_s, max_s or user.max_ttl_s
    if known is None:
        enter(state, mount, "user", name, user)
    return done()


def read_user(call: Call, account: Account[State]) -> Reply:
    """GET users/:user: without the password."""
    user = _user(call, account, call.params["user"].lower())
    if user is None:
        return not_found()
    data = {
        "token_bound_cidrs": [],
        "token_explicit_max_ttl": 0,
        "token_max_ttl": int(user.max_ttl_s),
        "token_no_default_policy": False,
        "token_num_uses": 0,
        "token_period": 0,
        "token_policies": list(user.policies),
        "token_ttl": int(user.ttl_s),
        "token_type": "default",
    }
    return secret(call, data, mount_type=KIND)


def delete_user(call: Call, account: Account[State]) -> Reply:
    """DELETE users/:user."""
    name, mount = call.params["user"].lower(), call.params["mount"]
    leave(account.state, mount, "user", name)
    return done()


def list_users(call: Call, account: Account[State]) -> Reply:
    """LIST users."""
    found = names(account.state, call.params["mount"], "user")
    return secret(call, {"keys": found}, mount_type=KIND) if found else not_found()
