"""All routes: those of the engines, each below the mounts that a cluster begins with and wherever else one is mounted,
and those of `sys/`.

A call below a mount is found twice: by the engine of this project, whose name of the route the books tell, and by the
kind of engine that is mounted there now.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.router import Router
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.vault import (
    approle,
    database,
    fields,
    kv,
    kv1,
    kv2,
    leases,
    mounting,
    policies,
    sealing,
    tokens,
    tools,
    transit,
    userpass,
    wrapping,
)
from brownout_simulators.vendors.vault.errors import refuse, under_v1
from brownout_simulators.vendors.vault.resources import Mount, State
from brownout_simulators.vendors.vault.serving import with_token, without_token

Action = Callable[[Call, Account[State]], Reply]
Rows = tuple[tuple[str, str, Action], ...]
WRITE: Final = ("POST", "PUT")
"""Synonyms, everywhere (developer.hashicorp.com/vault/api-docs)."""
VERBS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "LIST")

_KV2: Final[Rows] = (
    ("GET", "/data/{path...}", kv2.read),
    ("WRITE", "/data/{path...}", kv2.write),
    ("PATCH", "/data/{path...}", kv2.patch),
    ("DELETE", "/data/{path...}", kv2.delete_newest),
    ("WRITE", "/delete/{path...}", kv2.delete),
    ("WRITE", "/undelete/{path...}", kv2.undelete),
    ("WRITE", "/destroy/{path...}", kv2.destroy),
    ("GET", "/subkeys/{path...}", kv2.subkeys),
    ("GET", "/metadata/{path...}", kv2.read_metadata),
    ("WRITE", "/metadata/{path...}", kv2.write_metadata),
    ("PATCH", "/metadata/{path...}", kv2.patch_metadata),
    ("DELETE", "/metadata/{path...}", kv2.delete_metadata),
    ("LIST", "/metadata/{path...}", kv.listed),
    ("LIST", "/metadata/", kv.listed),
    ("LIST", "/metadata", kv.listed),
    ("GET", "/config", kv2.read_config),
    ("WRITE", "/config", kv2.write_config),
)
_KV1: Final[Rows] = (
    ("GET", "/{path...}", kv1.read),
    ("WRITE", "/{path...}", kv1.write),
    ("DELETE", "/{path...}", kv1.delete),
    ("LIST", "/{path...}", kv.listed),
    ("LIST", "/", kv.listed),
)
_DATABASE: Final[Rows] = (
    ("GET", "/creds/{role}", database.credentials),
    ("GET", "/config/{name}", database.read_config),
    ("WRITE", "/config/{name}", database.write_config),
    ("DELETE", "/config/{name}", database.delete_config),
    ("LIST", "/config", database.list_configs),
    ("GET", "/roles/{role}", database.read_role),
    ("WRITE", "/roles/{role}", database.write_role),
    ("DELETE", "/roles/{role}", database.delete_role),
    ("LIST", "/roles", database.list_roles),
)
_TRANSIT: Final[Rows] = (
    ("LIST", "/keys", transit.list_keys),
    ("GET", "/keys/{name}", transit.read),
    ("WRITE", "/keys/{name}", transit.create),
    ("DELETE", "/keys/{name}", transit.delete),
    ("WRITE", "/keys/{name}/rotate", transit.rotate),
    ("WRITE", "/keys/{name}/config", transit.configure),
    ("WRITE", "/encrypt/{name}", transit.encrypt),
    ("WRITE", "/decrypt/{name}", transit.decrypt),
    ("WRITE", "/rewrap/{name}", transit.rewrap),
    ("WRITE", "/hmac/{name}", transit.make_mac),
    ("WRITE", "/sign/{name}", transit.sign),
    ("WRITE", "/verify/{name}", transit.verify),
)
_APPROLE: Final[Rows] = (
    ("WRITE", "/login", approle.login),
    ("LIST", "/role", approle.list_roles),
    ("GET", "/role/{role}", approle.read_role),
    ("WRITE", "/role/{role}", approle.write_role),
    ("DELETE", "/role/{role}", approle.delete_role),
    ("GET", "/role/{role}/role-id", approle.read_role_id),
    ("WRITE", "/role/{role}/role-id", approle.write_role_id),
    ("WRITE", "/role/{role}/secret-id", approle.new_secret_id),
    ("LIST", "/role/{role}/secret-id", approle.list_secret_ids),
    ("WRITE", "/role/{role}/custom-secret-id", approle.new_secret_id),
    ("WRITE", "/role/{role}/secret-id/lookup", approle.look_up_secret_id),
    ("WRITE", "/role/{role}/secret-id/destroy", approle.destroy_secret_id),
    ("DELETE", "/role/{role}/secret-id/destroy", approle.destroy_secret_id),
    ("WRITE", "/role/{role}/secret-id-accessor/lookup", approle.look_up_accessor),
    ("WRITE", "/role/{role}/secret-id-accessor/destroy", approle.destroy_accessor),
    ("DELETE", "/role/{role}/secret-id-accessor/destroy", approle.destroy_accessor),
)
_USERPASS: Final[Rows] = (
    ("WRITE", "/login/{user}", userpass.login),
    ("LIST", "/users", userpass.list_users),
    ("GET", "/users/{user}", userpass.read_user),
    ("WRITE", "/users/{user}", userpass.write_user),
    ("DELETE", "/users/{user}", userpass.delete_user),
)
_TOKEN: Final[Rows] = (
    ("WRITE", "/create", tokens.create),
    ("WRITE", "/create-orphan", tokens.create_orphan),
    ("GET", "/lookup-self", tokens.look_up_self),
    ("WRITE", "/lookup-self", tokens.look_up_self),
    ("WRITE", "/lookup", tokens.look_up),
    ("WRITE", "/lookup-accessor", tokens.look_up_accessor),
    ("LIST", "/accessors", tokens.list_accessors),
    ("WRITE", "/renew-self", tokens.renew_self),
    ("WRITE", "/renew", tokens.renew),
    ("WRITE", "/renew-accessor", tokens.renew_accessor),
    ("WRITE", "/revoke-self", tokens.revoke_self),
    ("WRITE", "/revoke", tokens.revoke),
    ("WRITE", "/revoke-orphan", tokens.revoke_orphan),
    ("WRITE", "/revoke-accessor", tokens.revoke_accessor),
)
_SYSTEM: Final[Rows] = (
    ("WRITE", "/seal", sealing.seal),
    ("GET", "/mounts", mounting.list_mounts),
    ("GET", "/mounts/{path...}", mounting.read_mount),
    ("WRITE", "/mounts/{path...}", mounting.enable),
    ("DELETE", "/mounts/{path...}", mounting.disable),
    ("GET", "/auth", mounting.list_auth),
    ("GET", "/auth/{path...}", mounting.read_mount),
    ("WRITE", "/auth/{path...}", mounting.enable),
    ("DELETE", "/auth/{path...}", mounting.disable),
    ("GET", "/policy", policies.list_policies),
    ("GET", "/policy/{name}", policies.read_policy),
    ("WRITE", "/policy/{name}", policies.write_policy),
    ("DELETE", "/policy/{name}", policies.delete_policy),
    ("LIST", "/policies/acl", policies.list_policies),
    ("GET", "/policies/acl/{name}", policies.read_policy),
    ("WRITE", "/policies/acl/{name}", policies.write_policy),
    ("DELETE", "/policies/acl/{name}", policies.delete_policy),
    ("WRITE", "/leases/lookup", leases.look_up),
    ("LIST", "/leases/lookup", leases.listed),
    ("LIST", "/leases/lookup/{path...}", leases.listed),
    ("WRITE", "/leases/renew", leases.renew),
    ("WRITE", "/leases/renew/{path...}", leases.renew),
    ("WRITE", "/renew", leases.renew),
    ("WRITE", "/renew/{path...}", leases.renew),
    ("WRITE", "/leases/revoke", leases.revoke),
    ("WRITE", "/leases/revoke/{path...}", leases.revoke),
    ("WRITE", "/revoke", leases.revoke),
    ("WRITE", "/revoke/{path...}", leases.revoke),
    ("WRITE", "/leases/revoke-prefix/{path...}", leases.revoke_prefix),
    ("WRITE", "/revoke-prefix/{path...}", leases.revoke_prefix),
    ("WRITE", "/leases/revoke-force/{path...}", leases.revoke_force),
    ("WRITE", "/revoke-force/{path...}", leases.revoke_force),
    ("WRITE", "/wrapping/wrap", wrapping.wrap),
    ("WRITE", "/wrapping/unwrap", wrapping.unwrap),
    ("WRITE", "/wrapping/lookup", wrapping.look_up),
    ("WRITE", "/wrapping/rewrap", wrapping.rewrap),
    ("WRITE", "/tools/random", tools.random_bytes),
    ("WRITE", "/tools/random/{bytes}", tools.random_bytes),
)
_PUBLIC: Final[Rows] = (
    ("GET", "/sys/health", sealing.health),
    ("HEAD", "/sys/health", sealing.health),
    ("WRITE", "/sys/health", sealing.not_so),
    ("GET", "/sys/seal-status", sealing.seal_status),
    ("WRITE", "/sys/unseal", sealing.unseal),
    ("GET", "/sys/leader", sealing.leader),
    ("GET", "/sys/init", sealing.initialised),
)
_TOKENLESS: Final = frozenset(
    {approle.login, userpass.login, wrapping.unwrap, wrapping.look_up, wrapping.rewrap}
)  # fmt: skip
_LOGINS: Final = frozenset({approle.login, userpass.login})


def _routes(rows: Rows, prefix: str = "") -> list[Route[State]]:
    found = []
    for verb, path, action in rows:
        for method in WRITE if verb == "WRITE" else (verb,):
            served = without_token(action) if action in _TOKENLESS else with_token(action, method)
            found.append(Route(method, prefix + path, served, grants=action in _LOGINS))
    return found


_KINDS: Final[Mapping[str, Rows]] = {
    "kv1": _KV1,
    "kv2": _KV2,
    "database": _DATABASE,
    "transit": _TRANSIT,
    "approle": _APPROLE,
    "userpass": _USERPASS,
    "token": _TOKEN,
    "system": _SYSTEM,
}


@cache
def _router(kind: str) -> Router:
    """Made when the first call comes that no route of the beginning takes."""
    return Router(_routes(_KINDS[kind]))


_BEGUN_WITH: Final[Mapping[str, str]] = {
    "secret/": "kv2",
    "database/": "database",
    "transit/": "transit",
    "auth/approle/": "approle",
    "auth/userpass/": "userpass",
    "auth/token/": "token",
    "sys/": "system",
}


def _kind(mount: Mount) -> str:
    if mount.kind == "kv":
        return "kv2" if mount.is_v2 else "kv1"
    return mount.kind


def _below(path: str, kind: str, served: Action) -> Action:
    """A route below a mount of the beginning, as long as that is what is mounted there."""

    def straight(call: Call, account: Account[State]) -> Reply:
        mount = account.state.mounts.get(path)
        if mount is None or _kind(mount) != kind or (call.query and call.method == "GET" and "list" in call.query):
            return dispatch(call, account)
        call.params = {**call.params, "mount": path}
        return served(call, account)

    return straight


def dispatch(call: Call, account: Account[State]) -> Reply:
    """Whatever is below a mount: its kind says what there is."""
    path = under_v1(call)
    mount = _mount(account.state.mounts, path)
    if mount is None:
        raise refuse("no_mount", path[:200])
    method = "LIST" if call.method == "GET" and call.query and fields.query_flag(call, "list") else call.method
    rest = "/" + path[len(mount.path) :]
    router = _router(_kind(mount))
    found = router.find(method, rest)
    if found is None and rest.endswith("/"):
        found = router.find(method, rest.rstrip("/"))
    if found is None:
        served = with_token(_missing(router, mount, rest), method)
        return served(call, account)
    call.params = {**found.params, "mount": mount.path}
    reply: Reply = found.route.action(call, account)
    return reply


def _mount(mounts: Mapping[str, Mount], path: str) -> Mount | None:
    """The one that the path is below. None is below another."""
    at = path.find("/")
    while at >= 0:
        mount = mounts.get(path[: at + 1])
        if mount is not None:
            return mount
        at = path.find("/", at + 1)
    return mounts.get(f"{path}/")


def _missing(router: Router, mount: Mount, rest: str) -> Action:
    """What there is not: an operation of a path, or the path."""

    def missing(call: Call, account: Account[State]) -> Reply:
        if any(router.find(verb, rest) is not None for verb in VERBS):
            raise refuse("unsupported_operation")
        if mount.is_v2:
            return kv2.misplaced(call, account)
        raise refuse("unsupported_path")

    return missing


def _all() -> list[Route[Any]]:
    found = [Route(route.method, route.path, route.action, public=True) for route in _open_routes()]
    for path, kind in _BEGUN_WITH.items():
        found += [
            Route(route.method, route.path, _below(path, kind, route.action), grants=route.grants)
            for route in _routes(_KINDS[kind], f"/v1/{path.rstrip('/')}")
        ]
    return found + [Route(verb, "/v1/{path...}", dispatch) for verb in VERBS]


def _open_routes() -> list[Route[State]]:
    return [
        Route(method, f"/v1{path}", action)
        for verb, path, action in _PUBLIC
        for method in (WRITE if verb == "WRITE" else (verb,))
    ]


ROUTES: Final[tuple[Route[State], ...]] = tuple(_all())
