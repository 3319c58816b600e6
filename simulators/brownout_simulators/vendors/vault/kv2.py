"""KV version 2: versions, check-and-set, soft deletion."""

from collections.abc import Mapping
from math import inf
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.vault import fields, kv
from brownout_simulators.vendors.vault.durations import go_text, instant
from brownout_simulators.vendors.vault.errors import not_found, refuse
from brownout_simulators.vendors.vault.kv_store import KEPT, Key, KvMount, Version
from brownout_simulators.vendors.vault.magic import forced, slowness_s
from brownout_simulators.vendors.vault.replies import done, secret
from brownout_simulators.vendors.vault.resources import Mount, State

KIND: Final = "kv"
MERGE: Final = "application/merge-patch+json"


def read(call: Call, account: Account[State]) -> Reply:
    """GET data/:path. A version that is deleted is a 404 with an envelope; one that never was, without words."""
    mount, path = kv.mount_of(call, account), kv.path_of(call)
    if (reply := forced(path)) is not None:
        return reply
    key = kv.seen(account, kv.find(account, mount, path))
    if key is None:
        return not_found()
    number = fields.whole(fields.query_of(call).get("version"), "version") if call.query else 0
    newest = key.newest_by(None if account.hides_new_only else account.as_of_s)
    if newest < key.current and not number:
        account.was_stale = True
    version = key.versions.get(number or newest)
    if version is None:
        return not_found()
    is_gone = version.is_gone(account.clock())
    data = {
        "data": None if is_gone else version.data,
        "metadata": _metadata(account, key, number or newest, version),
    }
    effects = () if is_gone else (kv.effect("secret_read", mount, path, number or newest),)
    reply = secret(call, data, status=404 if is_gone else 200, mount_type=KIND, effects=effects)
    reply.begins_in_s = slowness_s(path)
    return reply


def subkeys(call: Call, account: Account[State]) -> Reply:
    """GET subkeys/:path: the names of the newest version, without what stands under them."""
    mount, path = kv.mount_of(call, account), kv.path_of(call)
    key = kv.find(account, mount, path)
    version = None if key is None else key.versions.get(key.current)
    if key is None or version is None:
        return not_found()
    is_gone = version.is_gone(account.clock())
    names = None if is_gone else _names(version.data)
    data = {"subkeys": names, "metadata": _metadata(account, key, key.current, version)}
    return secret(call, data, status=404 if is_gone else 200, mount_type=KIND)


def _names(data: Any) -> Any:
    return {name: _names(inner) for name, inner in data.items()} if isinstance(data, dict) and data else None


def write(call: Call, account: Account[State]) -> Reply:
    """POST, PUT data/:path: a new version."""
    mount, path = kv.mount_of(call, account), kv.path_of(call)
    if (reply := forced(path)) is not None:
        return reply
    if "data" not in call.data:
        raise refuse("no_data")
    data = call.data["data"]
    if data is not None and not isinstance(data, dict):
        raise refuse("data_not_an_object")
    cas = _cas(call)
    key = kv.find(account, mount, path)
    _check_cas(mount, key, cas)
    return _written(call, account, key or kv.found_or_new(account, mount, path), data, cas)


def patch(call: Call, account: Account[State]) -> Reply:
    """PATCH data/:path: a merge patch (RFC 7396) of the newest version."""
    mount, path = kv.mount_of(call, account), kv.path_of(call)
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind:
        raise refuse("patch_no_type")
    if kind != MERGE:
        raise refuse("patch_type", kind[:100])
    if not isinstance(call.data.get("data"), dict):
        raise refuse("no_data")
    cas = _cas(call)
    key = kv.find(account, mount, path)
    version = None if key is None else key.versions.get(key.current)
    if key is None or version is None:
        return Reply(404)  # the one 404 without a body
    _check_cas(mount, key, cas)
    if version.is_gone(account.clock()):
        return secret(call, _metadata(account, key, key.current, version), status=404, mount_type=KIND)
    return _written(call, account, key, merged(version.data or {}, call.data["data"]), cas)


def merged(old: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """What a merge patch makes of an object: null takes a field away."""
    new = dict(old)
    for name, value in change.items():
        if value is None:
            new.pop(name, None)
        elif isinstance(value, dict):
            inner = new.get(name)
            new[name] = merged(inner if isinstance(inner, dict) else {}, value)
        else:
            new[name] = value
    return new


def _cas(call: Call) -> int | None:
    options = call.data.get("options")
    if not isinstance(options, dict) or "cas" not in options:
        return None
    return fields.whole(options["cas"], "cas")


def _check_cas(mount: Mount, key: Key | None, cas: int | None) -> None:
    backend: KvMount = mount.backend
    if cas is None:
        if backend.cas_required or (key is not None and key.cas_required):
            raise refuse("cas_required")
    elif cas != (0 if key is None else key.current):
        raise refuse("cas_mismatch")


def _written(call: Call, account: Account[State], key: Key, data: Mapping[str, Any] | None, cas: int | None) -> Reply:
    mount = kv.mount_of(call, account)
    backend: KvMount = mount.backend
    now_s = account.clock()
    key.current += 1
    key.updated_s = now_s
    lives_s = min(key.delete_after_s or inf, backend.delete_after_s or inf)
    version = Version(data, now_s, None if lives_s == inf else now_s + lives_s)
    key.versions[key.current] = version
    digest = kv.digest(account, data)
    effects = [kv.effect("secret_written", mount, key.path, key.current, cas=cas, digest=digest)]
    kept = key.max_versions or backend.max_versions or KEPT
    while len(key.versions) > kept:
        oldest = next(iter(key.versions))
        del key.versions[oldest]
        effects.append(kv.effect("secret_pruned", mount, key.path, oldest))
    reply = secret(call, _metadata(account, key, key.current, version), mount_type=KIND, effects=effects)
    reply.begins_in_s = slowness_s(key.path)
    return reply


def _metadata(account: Account[State], key: Key, number: int, version: Version) -> dict[str, Any]:
    return {
        "created_time": instant(account.epoch_s + version.created_s),
        "custom_metadata": key.custom,
        "deletion_time": _deletion_time(account, version),
        "destroyed": version.destroyed,
        "version": number,
    }


def _deletion_time(account: Account[State], version: Version) -> str:
    return "" if version.deleted_s is None else instant(account.epoch_s + version.deleted_s)


# -- deleted ----------------------------------------------------------------------------------------------------------


def delete_newest(call: Call, account: Account[State]) -> Reply:
    """DELETE data/:path: soft; 204 whether or not there is such a key."""
    mount, path = kv.mount_of(call, account), kv.path_of(call)
    key = kv.find(account, mount, path)
    return done() if key is None else done(*_deleted(account, mount, key, [key.current]))


def delete(call: Call, account: Account[State]) -> Reply:
    """POST delete/:path: these versions."""
    mount, key, numbers = _named(call, account)
    return done() if key is None else done(*_deleted(account, mount, key, numbers))


def _deleted(account: Account[State], mount: Mount, key: Key, numbers: list[int]) -> list[Effect]:
    now_s, effects = account.clock(), []
    for number in numbers:
        version = key.versions.get(number)
        if version is not None and not version.is_gone(now_s):
            version.deleted_s = now_s
            effects.append(kv.effect("secret_deleted", mount, key.path, number))
    return effects


def undelete(call: Call, account: Account[State]) -> Reply:
    """POST undelete/:path: what is destroyed stays so."""
    mount, key, numbers = _named(call, account)
    effects = []
    for number in numbers if key is not None else ():
        version = key.versions.get(number) if key is not None else None
        if key is not None and version is not None and not version.destroyed and version.deleted_s is not None:
            version.deleted_s = None
            effects.append(kv.effect("secret_undeleted", mount, key.path, number))
    return done(*effects)


def destroy(call: Call, account: Account[State]) -> Reply:
    """POST destroy/:path: for good."""
    mount, key, numbers = _named(call, account)
    effects = []
    for number in numbers if key is not None else ():
        version = key.versions.get(number) if key is not None else None
        if key is not None and version is not None and not version.destroyed:
            version.destroyed, version.data = True, None
            effects.append(kv.effect("secret_destroyed", mount, key.path, number))
    return done(*effects)


def _named(call: Call, account: Account[State]) -> tuple[Mount, Key | None, list[int]]:
    mount, path = kv.mount_of(call, account), kv.path_of(call)
    given = call.data.get("versions")
    if isinstance(given, str):
        given = [each for each in given.split(",") if each]
    if given is not None and not isinstance(given, list):
        given = [given]
    if not given:
        raise refuse("no_versions")
    numbers = [fields.whole(each, "versions") for each in given[:1_000]]
    return mount, kv.find(account, mount, path), numbers


# -- metadata ---------------------------------------------------------------------------------------------------------


def read_metadata(call: Call, account: Account[State]) -> Reply:
    """GET metadata/:path."""
    mount, path = kv.mount_of(call, account), call.params["path"]
    key = kv.seen(account, kv.find(account, mount, path))
    if key is None:
        return not_found()
    epoch_s = account.epoch_s
    versions = {
        str(number): {
            "created_time": instant(epoch_s + version.created_s),
            "deletion_time": _deletion_time(account, version),
            "destroyed": version.destroyed,
            "created_by": None,
            "deleted_by": None,
        }
        for number, version in key.versions.items()
    }
    data = {
        "cas_required": key.cas_required,
        "created_time": instant(epoch_s + key.created_s),
        "current_version": key.current,
        "custom_metadata": key.custom,
        "delete_version_after": go_text(key.delete_after_s),
        "last_updated_by": None,
        "max_versions": key.max_versions,
        "oldest_version": key.oldest,
        "updated_time": instant(epoch_s + key.updated_s),
        "versions": versions,
    }
    return secret(call, data, mount_type=KIND)


def write_metadata(call: Call, account: Account[State]) -> Reply:
    """POST, PUT metadata/:path: settings of a key, which may have no version yet."""
    return _settled(call, account, kv.found_or_new)


def patch_metadata(call: Call, account: Account[State]) -> Reply:
    """PATCH metadata/:path: of a key that is there."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != MERGE:
        raise refuse("patch_type", kind[:100]) if kind else refuse("patch_no_type")

    def there(account: Account[State], mount: Mount, path: str) -> Key:
        key = kv.find(account, mount, path)
        if key is None:
            raise Refused(Reply(404))
        return key

    return _settled(call, account, there)


def _settled(call: Call, account: Account[State], get: Any) -> Reply:
    mount, path = kv.mount_of(call, account), kv.path_of(call)
    checked = _custom(call)
    kept, after_s = fields.number(call, "max_versions"), fields.duration(call, "delete_version_after")
    cas_required = fields.flag(call, "cas_required")
    key: Key = get(account, mount, path)
    if "max_versions" in call.data:
        key.max_versions = max(0, kept)
    if "delete_version_after" in call.data:
        key.delete_after_s = after_s
    if "cas_required" in call.data:
        key.cas_required = cas_required
    if checked is not None:
        removed = {name for name, value in call.data["custom_metadata"].items() if value is None}
        is_patch = call.method == "PATCH"
        merged = {**(key.custom or {}), **checked} if is_patch else checked
        key.custom = {name: value for name, value in merged.items() if not (is_patch and name in removed)} or None
    key.updated_s = account.clock()
    return done()


def _custom(call: Call) -> dict[str, str] | None:
    custom = fields.pairs(call, "custom_metadata")
    if custom is None:
        return None
    if len(custom) > 64:
        raise refuse("too_much_metadata", "payload must contain at most 64 keys")
    for name, value in custom.items():
        if not 1 <= len(name.encode(errors="replace")) <= 128 or len(value.encode(errors="replace")) > 512:
            raise refuse("too_much_metadata", "length of key must be 1 to 128 bytes, of value at most 512")
    return custom


def delete_metadata(call: Call, account: Account[State]) -> Reply:
    """DELETE metadata/:path: the key with all its versions."""
    mount, path = kv.mount_of(call, account), call.params["path"]
    key = kv.drop(account, mount, path)
    numbers = () if key is None else [number for number, each in key.versions.items() if not each.destroyed]
    return done(*(kv.effect("secret_destroyed", mount, path, number) for number in numbers))


def read_config(call: Call, account: Account[State]) -> Reply:
    """GET config."""
    backend: KvMount = kv.mount_of(call, account).backend
    data = {
        "cas_required": backend.cas_required,
        "delete_version_after": go_text(backend.delete_after_s),
        "max_versions": backend.max_versions,
    }
    return secret(call, data, mount_type=KIND)


def write_config(call: Call, account: Account[State]) -> Reply:
    """POST config."""
    backend: KvMount = kv.mount_of(call, account).backend
    backend.max_versions = max(0, fields.number(call, "max_versions", backend.max_versions))
    backend.cas_required = fields.flag(call, "cas_required", default=backend.cas_required)
    if "delete_version_after" in call.data:
        backend.delete_after_s = fields.duration(call, "delete_version_after")
    return done()


def misplaced(call: Call, account: Account[State]) -> Reply:
    """A path of version 1 on a mount of version 2: an envelope, with a warning."""
    del account
    warning = (
        "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. "
        "If using the Vault CLI, use 'vault kv get' for this operation."
    )
    return secret(call, status=404, warnings=[warning], mount_type=KIND)
