"""The database engine: each reading of credentials makes a user of the database, who lives as long as his lease."""

from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.vault import fields, lives
from brownout_simulators.vendors.vault.access import token_of
from brownout_simulators.vendors.vault.beginning import enter, leave, names
from brownout_simulators.vendors.vault.entries import Connection, DatabaseRole, key_of
from brownout_simulators.vendors.vault.errors import not_found, refuse
from brownout_simulators.vendors.vault.replies import done, secret
from brownout_simulators.vendors.vault.resources import SYSTEM_TTL_S, Lease, State

KIND: Final = "database"
_HIDDEN: Final = ("password", "private_key")


def credentials(call: Call, account: Account[State]) -> Reply:
    """GET creds/:role: a new user, with a lease."""
    name, mount, state = call.params["role"], call.params["mount"], account.state
    role: DatabaseRole | None = state.entries.get(key_of(mount, "role", name))
    if role is None:
        raise refuse("unknown_database_role", name[:100])
    connection: Connection | None = state.entries.get(key_of(mount, "config", role.connection))
    if connection is None or role.new_fails:
        raise refuse("database_down")
    if not {"*", name} & set(connection.allowed_roles):
        raise refuse("role_not_allowed", name)
    ttl_s, max_s = role.ttl_s or SYSTEM_TTL_S, role.max_ttl_s or SYSTEM_TTL_S
    if role.is_ro:
        ttl_s, max_s = account.setup.lease_ttl_s, account.setup.lease_max_ttl_s
    ttl_s, now_s, token = min(ttl_s, max_s), account.clock(), token_of(call, account)
    lease = Lease(
        id=f"{mount}creds/{name}/{account.ids.base62(24)}",
        token=token.id,
        user=f"v-{token.display_name[:8]}-{name[:8]}-{account.ids.base62(20)}",
        role=name,
        issued_s=now_s,
        ttl_s=ttl_s,
        expires_s=now_s + ttl_s,
        ends_s=now_s + ttl_s,
        max_s=now_s + max_s,
        drop_fails=role.drop_fails,
    )
    lives.grant(account, lease, token)
    told = {"lease_id": lease.id, "role": name, "username": lease.user, "ttl_s": int(ttl_s)}
    data = {"username": lease.user, "password": f"{account.ids.base62(8)}-{account.ids.base62(11)}"}
    return secret(
        call,
        data,
        lease_id=lease.id,
        renewable=True,
        lease_duration=int(ttl_s),
        mount_type=KIND,
        effects=(Effect("vault.db_user_created", lease.user, fields=told),
                 Effect("vault.lease_granted", lease.id, fields=told)),
    )  # fmt: skip


# -- configured -------------------------------------------------------------------------------------------------------


def write_config(call: Call, account: Account[State]) -> Reply:
    """POST config/:name."""
    name, plugin = call.params["name"], fields.text(call, "plugin_name")
    known: Connection | None = account.state.entries.get(key_of(call.params["mount"], "config", name))
    if not plugin and known is None:
        raise refuse("invalid", "empty plugin name")
    allowed = fields.texts(call, "allowed_roles")
    details = {
        key: value
        for key, value in call.data.items()
        if key not in {"plugin_name", "allowed_roles", *_HIDDEN} and isinstance(value, str | int | bool)
    }
    before = known.allowed_roles if known is not None else ()
    one = Connection(name, plugin or (known.plugin if known else ""), before if allowed is None else tuple(allowed))
    one.details = details
    enter(account.state, call.params["mount"], "config", name, one)
    return done()


def read_config(call: Call, account: Account[State]) -> Reply:
    """GET config/:name: without its password."""
    one: Connection | None = account.state.entries.get(key_of(call.params["mount"], "config", call.params["name"]))
    if one is None:
        return not_found()
    data = {
        "allowed_roles": list(one.allowed_roles),
        "connection_details": dict(one.details),
        "password_policy": "",
        "plugin_name": one.plugin,
        "plugin_version": "",
        "root_credentials_rotate_statements": [],
    }
    return secret(call, data, mount_type=KIND)


def write_role(call: Call, account: Account[State]) -> Reply:
    """POST roles/:role."""
    name, connection = call.params["role"], fields.text(call, "db_name")
    if not connection:
        raise refuse("invalid", "empty database name attribute")
    ttl_s, max_s = fields.duration(call, "default_ttl"), fields.duration(call, "max_ttl")
    if max_s and ttl_s > max_s:
        raise refuse("invalid", "default_ttl exceeds max_ttl")
    statements = fields.texts(call, "creation_statements") or []
    role = DatabaseRole(name, connection, tuple(statements), ttl_s, max_s)
    enter(account.state, call.params["mount"], "role", name, role)
    return done()


def read_role(call: Call, account: Account[State]) -> Reply:
    """GET roles/:role."""
    role: DatabaseRole | None = account.state.entries.get(key_of(call.params["mount"], "role", call.params["role"]))
    if role is None:
        return not_found()
    ttl_s, max_s = role.ttl_s, role.max_ttl_s
    if role.is_ro:
        ttl_s, max_s = account.setup.lease_ttl_s, account.setup.lease_max_ttl_s
    data = {
        "creation_statements": list(role.statements),
        "credential_type": "password",
        "db_name": role.connection,
        "default_ttl": int(ttl_s),
        "max_ttl": int(max_s),
        "renew_statements": [],
        "revocation_statements": [],
        "rollback_statements": [],
    }
    return secret(call, data, mount_type=KIND)


def delete_config(call: Call, account: Account[State]) -> Reply:
    """DELETE config/:name."""
    leave(account.state, call.params["mount"], "config", call.params["name"])
    return done()


def delete_role(call: Call, account: Account[State]) -> Reply:
    """DELETE roles/:role."""
    leave(account.state, call.params["mount"], "role", call.params["role"])
    return done()


def list_configs(call: Call, account: Account[State]) -> Reply:
    """LIST config."""
    return _listed(call, account, "config")


def list_roles(call: Call, account: Account[State]) -> Reply:
    """LIST roles."""
    return _listed(call, account, "role")


def _listed(call: Call, account: Account[State], kind: str) -> Reply:
    found = names(account.state, call.params["mount"], kind)
    return secret(call, {"keys": found}, mount_type=KIND) if found else not_found()
