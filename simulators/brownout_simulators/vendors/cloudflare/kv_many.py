"""Values of Workers KV many at a time: listed by name, written, deleted and read in bulk.

A bulk write that succeeds may have written nothing: the answer names what it did not.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from binascii import hexlify, unhexlify
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.cloudflare import kv_values
from brownout_simulators.vendors.cloudflare.dialect import ITEMS, new_id, reply
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.magic import FAILS
from brownout_simulators.vendors.cloudflare.namespaces import space_of
from brownout_simulators.vendors.cloudflare.paging import number
from brownout_simulators.vendors.cloudflare.resources import Namespace, Object, State, Value, place_of
from brownout_simulators.vendors.cloudflare.setup import settings

MOST: Final = 10_000
MOST_READ: Final = 100
LIMIT: Final = (1_000, 10, 1_000)


def list_keys(call: Call, account: Account[State]) -> Reply:
    """GET …/keys: in the order of their names, until the cursor is empty."""
    space, prefix = space_of(call, account), call.data.get("prefix", "")
    limit = number(call.data, "limit", *LIMIT)
    cursor = call.data.get("cursor", "")
    keys = space.keys
    at = bisect_right(keys, _after(cursor)) if cursor else bisect_left(keys, prefix)
    rows: list[Object] = []
    while at < len(keys) and keys[at].startswith(prefix):
        row = _listed(account, space, keys[at])
        if row is not None and len(rows) == limit:
            break
        if row is not None:
            rows.append(row)
        at += 1
    else:
        at = len(keys)
    more = hexlify(rows[-1]["name"].encode()).decode() if at < len(keys) and rows else ""
    return reply(rows, result_info={"count": len(rows), "cursor": more})


def _after(cursor: str) -> str:
    try:
        return unhexlify(cursor.encode()).decode()
    except (ValueError, NotBase64):
        raise refuse("kv_request", "the cursor is invalid") from None


def _listed(account: Account[State], space: Namespace, key: str) -> Object | None:
    kept = account.state.values.get(place_of(space, key))
    value: Value | None = None if kept is None else kept.seen(account)
    if value is None or kv_values.is_over(account, value):
        return None
    row: Object = {"name": key}
    if value.expires_s is not None:
        row["expiration"] = value.expires_s
    if value.metadata is not None:
        row["metadata"] = value.metadata
    return row


def write(call: Call, account: Account[State]) -> Reply:
    """PUT …/bulk. What cannot be is refused before anything is written; what fails after that is told by name."""
    space = space_of(call, account)
    asked = [_pair(account, item) for item in _items(call)]
    share, bulk = settings(account).kv_failing_share, new_id(account)
    effects: list[Effect] = []
    failed: list[str] = []
    for key, value in asked:
        if key.startswith(FAILS) or (share and account.random.random() < share):
            failed.append(key)
        else:
            effects.append(kv_values.write(account, space, key, value, bulk))
    return reply(_counts(len(effects), failed), effects=effects)


def remove(call: Call, account: Account[State]) -> Reply:
    """POST …/bulk/delete, and DELETE …/bulk as it was before."""
    space = space_of(call, account)
    keys = [_key(item) for item in _items(call)]
    bulk = new_id(account)
    effects: list[Effect] = []
    for key in keys:
        effects += kv_values.delete(account, space, key, bulk)
    return reply(_counts(len(keys), []), effects=effects)


def fetch(call: Call, account: Account[State]) -> Reply:
    """POST …/bulk/get: texts, or the JSON in them."""
    space, keys = space_of(call, account), call.data.get("keys")
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST_READ:
        raise refuse("kv_request", f"keys: a list of 1 to {MOST_READ} is needed")
    kind, whole = call.data.get("type", "text"), call.data.get("withMetadata", False)
    if kind not in ("text", "json"):
        raise refuse("kv_request", "type must be text or json")
    found: Object = {}
    for each in keys:
        value = kv_values.read(call, account, space, _key(each))
        said = None if value is None else _read(value.content, kind)
        if whole is True and value is not None:
            found[each] = {"value": said, "metadata": value.metadata}
        else:
            found[each] = said
    return reply({"values": found})


def _read(content: bytes, kind: str) -> Any:
    try:
        text = content.decode()
        value = orjson.loads(text) if kind == "json" else text
        orjson.dumps(value)
    except (ValueError, TypeError):
        raise refuse("kv_request", f"a value is no {kind}") from None
    return value


def _items(call: Call) -> list[Any]:
    items = call.data.get(ITEMS)
    if not isinstance(items, list) or not 0 < len(items) <= MOST:
        raise refuse("kv_request", f"a list of 1 to {MOST} is needed")
    return items


def _key(item: Any) -> str:
    if isinstance(item, dict):
        item = item.get("name")
    if not isinstance(item, str):
        raise refuse("kv_request", "a key is a text")
    return kv_values.checked_key(item)


def _pair(account: Account[State], item: Any) -> tuple[str, Value]:
    if not isinstance(item, dict) or not isinstance(item.get("key"), str) or not isinstance(item.get("value"), str):
        raise refuse("kv_request", "key and value are needed, both texts")
    ends = kv_values.expiry(account, item.get("expiration"), item.get("expiration_ttl"))
    content = _content(item)
    if len(content) > kv_values.LARGEST:
        raise refuse("value_too_large")
    return kv_values.checked_key(item["key"]), Value(content, ends, kv_values.checked_metadata(item.get("metadata")))


def _content(item: Mapping[str, Any]) -> bytes:
    text: str = item["value"]
    if item.get("base64") is not True:
        return text.encode()
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise refuse("kv_request", "a value is no base64") from None


def _counts(done: int, failed: list[str]) -> Object:
    return {"successful_key_count": done, "unsuccessful_keys": failed}


_SPACE: Final = "/accounts/{account}/storage/kv/namespaces/{namespace}"
ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", f"{_SPACE}/keys", list_keys),
    Route("PUT", f"{_SPACE}/bulk", write),
    Route("DELETE", f"{_SPACE}/bulk", remove),
    Route("POST", f"{_SPACE}/bulk/delete", remove),
    Route("POST", f"{_SPACE}/bulk/get", fetch),
)
