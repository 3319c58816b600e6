"""Who calls and what they sent: a bearer key, JSON or a multipart form."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from brownout_simulators.call import Call
from brownout_simulators.multipart import parts_of
from brownout_simulators.vendor import Credential, Refused
from brownout_simulators.vendors.openai.errors import OpenAIErrors, error, refuse
from brownout_simulators.vendors.openai.keys import account_of, is_live

DEEPEST: Final = 64


def authenticate(call: Call) -> Credential:
    """Any key opens an account, but for one that looks as if OpenAI had made it."""
    authorization = call.headers.get("authorization", "")
    found = _credential(authorization)
    if found is not None:
        return found
    kind, _, key = authorization.partition(" ")
    if kind.lower() == "bearer" and is_live(key):
        message = "This is a simulator: it refuses keys that look live. Use a test key."
        raise Refused(error(401, message, code="invalid_api_key"))
    raise Refused(OpenAIErrors().unauthenticated(call))


@lru_cache(1_000)
def _credential(authorization: str) -> Credential | None:
    """None where there is no key, or one that is refused."""
    kind, _, key = authorization.partition(" ")
    if kind.lower() != "bearer" or not key.strip() or is_live(key):
        return None
    return Credential(account_of(authorization))


def parse(call: Call) -> Mapping[str, Any]:
    """The JSON object or the form; the query, where there is no body. Raises `ValueError` for what is neither."""
    if call.method in {"GET", "DELETE"}:
        return query_of(call)
    if not call.body:
        return {}
    kind = call.headers.get("content-type", "")
    media = kind.partition(";")[0].strip().lower()
    if media == "multipart/form-data":
        return {part.name: part for part in parts_of(kind, call.body)}
    if media not in {"application/json", ""}:
        message = f"Unsupported content type: '{media[:100]}'. Use 'application/json'."
        raise refuse(message, status=415)
    data = orjson.loads(call.body)
    if not isinstance(data, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004  what the engine catches
    if call.body.count(b"{") + call.body.count(b"[") > DEEPEST and is_too_deep(data):
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    return data


def query_of(call: Call) -> dict[str, Any]:
    """The query's parameters; `include[]=a&include[]=b` is a list."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(call.query, keep_blank_values=True):
        if name.endswith("[]"):
            found.setdefault(name[:-2], []).append(value)
        else:
            found[name] = value
    return found


def is_too_deep(data: Any, left: int = DEEPEST) -> bool:
    """Whether a value is nested deeper than anybody means it."""
    if not isinstance(data, dict | list):
        return False
    if left == 0:
        return True
    return any(is_too_deep(each, left - 1) for each in (data.values() if isinstance(data, dict) else data))
