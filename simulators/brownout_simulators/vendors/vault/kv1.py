"""KV version 1: one value for a path, no versions."""

from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.vault import kv
from brownout_simulators.vendors.vault.durations import seconds_of
from brownout_simulators.vendors.vault.errors import not_found, refuse
from brownout_simulators.vendors.vault.kv_store import Version
from brownout_simulators.vendors.vault.replies import done, secret
from brownout_simulators.vendors.vault.resources import SYSTEM_TTL_S, State

KIND: Final = "kv"


def read(call: Call, account: Account[State]) -> Reply:
    """GET. The duration is advice to whoever caches it, and no lease: a `ttl` in the value says how long."""
    mount, path = kv.mount_of(call, account), call.params["path"]
    key = kv.seen(account, kv.find(account, mount, path))
    if key is None:
        return not_found()
    data = key.versions[1].data or {}
    try:
        advice_s = seconds_of(data.get("ttl") or data.get("lease"), "ttl") or SYSTEM_TTL_S
    except ValueError:
        advice_s = SYSTEM_TTL_S
    effect = kv.effect("secret_read", mount, path, 1)
    return secret(call, data, lease_duration=int(advice_s), mount_type=KIND, effects=(effect,))


def write(call: Call, account: Account[State]) -> Reply:
    """POST, PUT: the whole value."""
    mount, path = kv.mount_of(call, account), kv.path_of(call)
    if not call.data:
        raise refuse("missing_fields")
    key = kv.found_or_new(account, mount, path)
    key.versions[1] = Version(dict(call.data), account.clock())
    key.current, key.updated_s = 1, account.clock()
    return done(kv.effect("secret_written", mount, path, 1, cas=None, digest=kv.digest(account, call.data)))


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE: 204 whether or not it was there."""
    mount, path = kv.mount_of(call, account), call.params["path"]
    return done() if kv.drop(account, mount, path) is None else done(kv.effect("secret_deleted", mount, path, 1))
