"""Values of Workers KV one at a time: bytes when all is well, an envelope when not."""

from datetime import UTC, datetime
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.multipart import parts_of
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.cloudflare import kv_values
from brownout_simulators.vendors.cloudflare.dialect import reply
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.magic import SLOW, SLOW_S, THROTTLED
from brownout_simulators.vendors.cloudflare.namespaces import space_of
from brownout_simulators.vendors.cloudflare.resources import State, Value


def put(call: Call, account: Account[State]) -> Reply:
    """PUT …/values/{key}: the value alone, or a form with metadata beside it."""
    space, key = space_of(call, account), kv_values.checked_key(call.params["key"])
    if key.startswith(THROTTLED):
        refused = refuse("kv_rate")
        refused.reply.headers["retry-after"] = "1"
        raise refused
    content, metadata = _said(call)
    if len(content) > kv_values.LARGEST:
        raise refuse("value_too_large")
    ends = kv_values.expiry(account, call.data.get("expiration"), call.data.get("expiration_ttl"))
    effect = kv_values.write(account, space, key, Value(content, ends, metadata))
    return _slowly(key, reply({}, effects=[effect]))


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET …/values/{key}."""
    value = _seen(call, account)
    headers = {"Content-Type": "application/octet-stream"}
    if value.expires_s is not None:
        headers["expiration"] = datetime.fromtimestamp(value.expires_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _slowly(call.params["key"], Reply(200, value.content, headers))


def fetch_metadata(call: Call, account: Account[State]) -> Reply:
    """GET …/metadata/{key}."""
    return _slowly(call.params["key"], reply(_seen(call, account).metadata))


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE …/values/{key}: also where there is none."""
    space, key = space_of(call, account), kv_values.checked_key(call.params["key"])
    return _slowly(key, reply({}, effects=kv_values.delete(account, space, key)))


def _seen(call: Call, account: Account[State]) -> Value:
    space, key = space_of(call, account), kv_values.checked_key(call.params["key"])
    value = kv_values.read(call, account, space, key)
    if value is None:
        raise refuse("key_unknown")
    return value


def _slowly(key: str, answer: Reply) -> Reply:
    if key.startswith(SLOW):
        answer.begins_in_s = SLOW_S
    return answer


def _said(call: Call) -> tuple[bytes, Any]:
    kind = call.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        return call.body, None
    try:
        parts = parts_of(kind, call.body)
        content = next((part.content for part in parts if part.name == "value"), None)
        whole = next((part.text for part in parts if part.name == "metadata"), "")
        # Node's SDK sends a field for each of metadata's properties (cloudflare 7.3.0).
        fields = {part.name[9:-1]: part.text for part in parts if part.name[:9] == "metadata[" and part.name[-1] == "]"}
        metadata = orjson.loads(whole) if whole else fields or None
    except ValueError as problem:
        raise refuse("kv_request", f"the form cannot be read: {problem}"[:200]) from None
    if content is None:
        raise refuse("kv_request", "value is needed")
    return content, kv_values.checked_metadata(metadata)


_SPACE: Final = "/accounts/{account}/storage/kv/namespaces/{namespace}"
_ONE: Final = f"{_SPACE}/values/{{key...}}"
ROUTES: Final[tuple[Route[State], ...]] = (
    Route("PUT", _ONE, put),
    Route("GET", _ONE, fetch),
    Route("DELETE", _ONE, remove),
    Route("GET", f"{_SPACE}/metadata/{{key...}}", fetch_metadata),
)
