"""What both versions of KV share: a mount's keys, found and made; what the books say of a value."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.vault.errors import not_found, refuse
from brownout_simulators.vendors.vault.kv_store import Key, KvMount
from brownout_simulators.vendors.vault.replies import secret
from brownout_simulators.vendors.vault.resources import Mount, State


def mount_of(call: Call, account: Account[State]) -> Mount:
    """The mount that the call has reached."""
    return account.state.mounts[call.params["mount"]]


def path_of(call: Call) -> str:
    """The key's path. Raises 400 for what could be a folder."""
    path = call.params["path"]
    if path.endswith("/"):
        raise refuse("trailing_slash")
    return path


def find(account: Account[State], mount: Mount, path: str) -> Key | None:
    """A key, as it is now."""
    return account.state.keys.get(mount.uuid + path)


def seen(account: Account[State], key: Key | None) -> Key | None:
    """The key, where a replica that lags knows it already."""
    if key is None or account.as_of_s is None or key.created_s <= account.as_of_s:
        return key
    account.was_stale = True
    return None


def found_or_new(account: Account[State], mount: Mount, path: str) -> Key:
    """A key to write to."""
    key = find(account, mount, path)
    if key is None:
        backend: KvMount = mount.backend
        key = Key(path, backend.folders, account.clock(), account.clock())
        backend.folders.enter(path)
        account.state.keys.add(mount.uuid + path, key, account.clock())
    return key


def drop(account: Account[State], mount: Mount, path: str) -> Key | None:
    """The key is there no more, nor any version of it."""
    key = account.state.keys.remove(mount.uuid + path)
    if key is not None:
        key.folder.leave(path)
    return key


def listed(call: Call, account: Account[State]) -> Reply:
    """LIST: names, folders with their slash. Nothing, or a leaf, is 404 without words."""
    mount = mount_of(call, account)
    backend: KvMount = mount.backend
    folder = call.params.get("path", "").strip("/")
    names = backend.folders.names(f"{folder}/" if folder else "")
    return secret(call, {"keys": names}, mount_type="kv") if names else not_found()


def effect(kind: str, mount: Mount, path: str, version: int, **more: Any) -> Effect:
    """Something was done to a version of a key. The path is the caller's own name for it."""
    whole = mount.path + path
    fields = {"path": whole, "version": version, **more}
    return Effect(f"vault.{kind}", f"{whole}@{version}", references={"path": whole}, fields=fields)


def digest(account: Account[State], data: Mapping[str, Any] | None) -> str:
    """Tells values apart in the books, and nothing else of them: it is salted, and the salt is nowhere to be read."""
    raw = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(raw, digest_size=8, key=account.state.salt).hexdigest()
