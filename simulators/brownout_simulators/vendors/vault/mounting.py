"""`sys/mounts` and `sys/auth`: where which engine is."""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.vault import fields, kv
from brownout_simulators.vendors.vault.approle import forget_role
from brownout_simulators.vendors.vault.beginning import leave, mount, names
from brownout_simulators.vendors.vault.entries import AppRole, key_of
from brownout_simulators.vendors.vault.errors import answer, refuse
from brownout_simulators.vendors.vault.lives import forget_lease
from brownout_simulators.vendors.vault.replies import done, secret
from brownout_simulators.vendors.vault.resources import MOUNTS_LIMIT, SYSTEM_TTL_S, Mount, State

AUTH: Final = "auth/"
ENGINES: Final = frozenset({"kv", "kv-v1", "kv-v2", "database", "transit"})
LOGINS: Final = frozenset({"approle", "userpass"})
_KINDS: Final = ("role", "user", "config", "key")


def list_mounts(call: Call, account: Account[State]) -> Reply:
    """GET sys/mounts."""
    return _listed(call, account, auth=False)


def list_auth(call: Call, account: Account[State]) -> Reply:
    """GET sys/auth."""
    return _listed(call, account, auth=True)


def _listed(call: Call, account: Account[State], *, auth: bool) -> Reply:
    found = {
        path.removeprefix(AUTH) if auth else path: _described(one)
        for path, one in sorted(account.state.mounts.items())
        if path.startswith(AUTH) is auth
    }
    return secret(call, found, mount_type="system", beside=found)


def _described(one: Mount) -> dict[str, Any]:
    return {
        "accessor": one.accessor,
        "config": one.config,
        "description": one.description,
        "external_entropy_access": False,
        "local": False,
        "options": one.options,
        "plugin_version": "",
        "running_plugin_version": "v0.25.0+builtin" if one.kind == "kv" else "",
        "running_sha256": "",
        "seal_wrap": False,
        "type": one.kind,
        "uuid": one.uuid,
    }


def read_mount(call: Call, account: Account[State]) -> Reply:
    """GET sys/mounts/:path, and :path/tune."""
    if call.params["path"].endswith(_TUNE):
        return _tuning(call, account)
    one = account.state.mounts.get(_path(call))
    if one is None:
        raise refuse("invalid", f"No secret engine mount at {_path(call)}")
    return secret(call, _described(one), mount_type="system", beside=_described(one))


_TUNE: Final = "/tune"


def _path(call: Call) -> str:
    """Of the mount that is meant. Raises 400 for a way to log in that is asked for as an engine."""
    path = f"{call.params['path'].strip('/')}/"
    if call.path.startswith("/v1/sys/auth/"):
        return AUTH + path
    if path.startswith(AUTH):
        raise refuse("invalid", f'path "{path}" is reserved')
    return path


def enable(call: Call, account: Account[State]) -> Reply:
    """POST sys/mounts/:path, sys/auth/:path, and :path/tune."""
    if call.params["path"].endswith(_TUNE):
        return _tune(call, account)
    path, kind, mounts = _path(call), fields.text(call, "type"), account.state.mounts
    is_auth = path.startswith(AUTH)
    if kind not in (LOGINS if is_auth else ENGINES):
        raise refuse("plugin_unknown", kind[:60]) if kind else refuse("invalid", "backend type must be specified")
    if not is_auth and path.startswith(("sys/", "cubbyhole/", "identity/")):
        raise refuse("invalid", f'path "{path}" is reserved')
    for taken in mounts:
        if taken.startswith(path) or path.startswith(taken):
            raise refuse("path_in_use", taken.removeprefix(AUTH) if is_auth else taken)
    if len(mounts) >= MOUNTS_LIMIT:
        return answer(500, "the mount table has no room")
    options = fields.pairs(call, "options")
    if kind.startswith("kv"):
        version = "2" if kind == "kv-v2" else (options or {}).get("version") or "1"
        if version not in ("1", "2"):
            raise refuse("invalid", f"unsupported version {version[:20]!r}")
        options, kind = {"version": version}, "kv"
    mount(account, path, kind, options=options, description=fields.text(call, "description"))
    return done()


def disable(call: Call, account: Account[State]) -> Reply:
    """DELETE sys/mounts/:path, sys/auth/:path: with all that is in it. One that is not there is gone, too."""
    path, state = _path(call), account.state
    if path in ("sys/", "auth/token/"):
        raise refuse("invalid", f"cannot unmount {path}")
    one = state.mounts.get(path)
    if one is None:
        return done()
    effects: list[Effect] = []
    if one.kind == "kv":
        for key in one.backend.folders.paths():
            kv.drop(account, one, key)
    else:
        for kind in _KINDS:
            for name in names(state, path, kind):
                entry = state.entries.get(key_of(path, kind, name))
                if isinstance(entry, AppRole):
                    forget_role(account, path, entry)
                leave(state, path, kind, name)
        for lease in [each for each in state.leases.oldest_first() if each.id.startswith(path)]:
            effects += forget_lease(account, lease)
    del state.mounts[path]
    return done(*effects)


def _tune(call: Call, account: Account[State]) -> Reply:
    """POST sys/mounts/:path/tune: its description, and which version of KV it is."""
    one = _tuned(call, account)
    options = fields.pairs(call, "options")
    if "description" in call.data:
        one.description = fields.text(call, "description")
    for name in ("default_lease_ttl", "max_lease_ttl"):
        if name in call.data:
            one.config[name] = int(fields.duration(call, name))
    if options and one.kind == "kv" and options.get("version") == "2" and not one.is_v2:
        one.options = {"version": "2"}
    return done()


def _tuning(call: Call, account: Account[State]) -> Reply:
    """GET sys/mounts/:path/tune."""
    one = _tuned(call, account)
    data = {
        "default_lease_ttl": one.config["default_lease_ttl"] or int(SYSTEM_TTL_S),
        "description": one.description,
        "force_no_cache": False,
        "max_lease_ttl": one.config["max_lease_ttl"] or int(SYSTEM_TTL_S),
        **({"options": one.options} if one.options else {}),
    }
    return secret(call, data, mount_type="system", beside=data)


def _tuned(call: Call, account: Account[State]) -> Mount:
    path = _path(call).removesuffix(f"{_TUNE}/") + "/"
    one = account.state.mounts.get(path)
    if one is None:
        raise refuse("invalid", f'cannot fetch sysview for path "{path}"')
    return one
