"""What a value of Workers KV may be, and what a reader sees of it.

Where it was written it is seen at once. A reader who names a place of his own sees what was read there before for a
minute more, also that there was nothing ("How KV works").
"""

from hashlib import blake2b
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.resources import Namespace, State, Value, place_of

LONGEST_KEY: Final = 512
LARGEST: Final = 25 * 1024 * 1024
LARGEST_METADATA: Final = 1_024
LEAST_TTL_S: Final = 60
VIEW_S: Final = 60.0
TOLD: Final = 400
"""Bytes of a value that the books tell."""
LOCATION: Final = "x-brownout-location"


def checked_key(key: str) -> str:
    """A key that may be."""
    size = len(key.encode("utf-8", "surrogatepass"))
    if size > LONGEST_KEY:
        message = f"UTF-8 encoded length of {size} exceeds key length limit of {LONGEST_KEY}"
        raise refuse("key_too_long", message)
    if key in {"", ".", ".."}:
        raise refuse("kv_request", "the key must not be empty, . or ..")
    return key


def expiry(account: Account[Any], at: Any, ttl: Any) -> int | None:
    """When a value ends, in seconds since 1970; `ttl` wins."""
    now = account.wall_s()
    if ttl is not None:
        seconds = _number(ttl, "expiration_ttl")
        if seconds < LEAST_TTL_S:
            raise refuse("kv_request", f"expiration_ttl of {seconds} must be at least {LEAST_TTL_S}")
        return int(now) + seconds
    if at is None:
        return None
    instant = _number(at, "expiration")
    if instant < int(now) + LEAST_TTL_S:
        raise refuse("kv_request", f"expiration of {instant} must be at least {LEAST_TTL_S} seconds in the future")
    return instant


def _number(given: Any, name: str) -> int:
    if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) <= 12:
        return int(given)
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < 10**12:
        raise refuse("kv_request", f"{name} must be a whole number of seconds")
    return given


def checked_metadata(metadata: Any) -> Any:
    """Whatever is JSON, and small."""
    try:
        size = len(orjson.dumps(metadata))
    except orjson.JSONEncodeError:
        size = LARGEST_METADATA + 1
    if size > LARGEST_METADATA:
        raise refuse("kv_request", f"metadata of more than {LARGEST_METADATA} bytes")
    return metadata


def is_over(account: Account[Any], value: Value | None) -> bool:
    """Whether there is nothing, or nothing any more."""
    return value is None or (value.expires_s is not None and value.expires_s <= account.wall_s())


def read(call: Call, account: Account[State], space: Namespace, key: str) -> Value | None:
    """What the caller sees of a value; None where that is nothing."""
    state, place = account.state, place_of(space, key)
    location = call.headers.get(LOCATION, "")
    if location:
        view_id = f"{location[:40]}/{place}"
        view = state.views.get(view_id)
        if view is None or view[0] <= account.clock():
            view = (account.clock() + VIEW_S, _current(account, place))
            state.views.put(view_id, view)
        value = view[1]
    else:
        value = _current(account, place)
    return None if is_over(account, value) else value


def _current(account: Account[State], place: str) -> Value | None:
    kept = account.state.values.get(place)
    found: Value | None = None if kept is None else kept.seen(account)
    return found


def write(account: Account[State], space: Namespace, key: str, value: Value, bulk: str = "") -> Effect:
    """A value is there, with what it says of its end and its metadata, and nothing of the one before."""
    account.state.keep(space, key, value, account.clock())
    fields = {
        "key": key, "namespace": space.id, "bytes": len(value.content),
        "hash": blake2b(value.content, digest_size=16).hexdigest(), "expires_s": value.expires_s, "bulk": bulk,
        "text": value.content[:TOLD].decode("utf-8", "replace"),
        "lives_s": None if value.expires_s is None else value.expires_s - int(account.wall_s()),
    }  # fmt: skip
    return Effect("cloudflare.kv_write", f"{space.id}/{key}", fields=fields)


def delete(account: Account[State], space: Namespace, key: str, bulk: str = "") -> list[Effect]:
    """A value goes; where there is none, nothing happens."""
    kept = account.state.values.get(place_of(space, key))
    if kept is None or is_over(account, kept.now):
        return []
    account.state.keep(space, key, None, account.clock())
    fields = {"key": key, "namespace": space.id, "bulk": bulk}
    return [Effect("cloudflare.kv_delete", f"{space.id}/{key}", fields=fields)]
