"""How a call is read and an answer written: JSON or the query, the envelope, instants, ids."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.cloudflare.errors import JSON, no_such_object, refuse

ITEMS: Final = "items"
"""Under which a body that is a list is found."""
RAW: Final = ("/values/{key...}", "/dns_records/import")
"""What the routes end with whose bodies are no JSON."""
BODY_LIMIT: Final = 32 * 1024 * 1024
_HEX: Final = re.compile(r"[0-9a-f]{32}")


def parse(call: Call) -> Mapping[str, Any]:
    """A JSON object or list; the query where there is no body, or one that is no JSON. Raises `ValueError`."""
    if call.method == "GET" or not call.body or call.route.endswith(RAW):
        return query_of(call.query) if call.query else {}
    body = orjson.loads(call.body)
    if isinstance(body, dict):
        return body
    if isinstance(body, list):
        return {ITEMS: body}
    raise ValueError("a JSON object is needed")


@lru_cache(maxsize=1_024)
def query_of(query: str) -> Mapping[str, str]:
    """Of a repeated field the last one. Remembered, and so never changed."""
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=100, errors="replace"))
    except ValueError:
        raise ValueError("the query has too many fields") from None


def reply(result: Any, *, effects: Sequence[Effect] = (), messages: Sequence[Any] = (), **beside: Any) -> Reply:
    """An answer that is no error: always 200, also where something was made."""
    body = {"result": result, "success": True, "errors": [], "messages": list(messages), **beside}
    return Reply(200, orjson.dumps(body), {"Content-Type": JSON}, effects=effects)


def new_id(account: Account[Any]) -> str:
    """32 hexadecimal digits, as every object's id is."""
    return account.ids.hexadecimal(32)


def id_from(*names: str) -> str:
    """An id that follows from names: an account can be named before anybody has called."""
    return blake2b("\0".join(names).encode(), digest_size=16).hexdigest()


def object_id(call: Call, name: str) -> str:
    """An id of the path; 404 with 7003 for what cannot be one."""
    given = call.params[name]
    if _HEX.fullmatch(given) is None:
        raise no_such_object(call)
    return given


def moment(wall_s: float) -> str:
    """`2014-01-01T05:20:00.123450Z`."""
    return datetime.fromtimestamp(wall_s, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def storable(value: Any, otherwise: Refused) -> Any:
    """What a caller wants kept as it is; raises where it is nested deeper than can be written again."""
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        raise otherwise from None
    return value


def flag(value: Any, name: str) -> bool:
    """A field that is true or false."""
    if not isinstance(value, bool):
        raise refuse("bad_request", f"{name} must be a boolean")
    return value
