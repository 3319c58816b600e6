"""How a call is read and an answer written: JSON bodies, repeated query keys, API versions, headers."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendors.clerk.errors import JSON, refuse
from brownout_simulators.vendors.clerk.parameters import ITEMS
from brownout_simulators.vendors.clerk.resources import State

MAX_BODY: Final = 1024 * 1024
DEEPEST: Final = 200
"""Objects within objects, in a body."""
VERSIONS: Final = ("2021-02-05", "2024-10-01", "2025-03-12", "2025-04-10", "2025-11-10", "2026-05-12")
VERSION_HEADER: Final = "clerk-api-version"
VERSION_QUERY: Final = "__clerk_api_version"
METADATA_APART: Final = "2026-05-12"
"""From this version on metadata is changed by its own endpoints alone (clerk.com/docs, "API versions")."""
_NO_TRACE: Final = b'"clerk_trace_id":""'
CLAIMS_V2: Final = "2025-04-10"
"""From this version on session tokens have the claims of version 2."""


def parse(call: Call) -> Mapping[str, Any]:
    """A JSON object, or the query, each of its values a list, where there is no body. Raises `Refused` for 413, 415 and
    a version that is none."""
    query = _query(call.query) if call.query else {}
    _check_version(call, query)
    if not call.body:
        return query
    if len(call.body) > MAX_BODY:
        raise refuse(call, "request_body_too_large", str(MAX_BODY))
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise refuse(call, "unsupported_content_type", kind[:100] or "none")
    body = orjson.loads(call.body)
    _check_depth(call.body, body)
    if isinstance(body, list):
        return {ITEMS: body}
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - what the engine catches
    return body


def _check_depth(raw: bytes, body: Any) -> None:
    """Refuses what is nested deeper than could be written again. Nearly every body is too short for that."""
    if raw.count(b"{") + raw.count(b"[") <= DEEPEST:
        return
    level = [body]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise ValueError("the body is nested too deeply")


@lru_cache(maxsize=1024)
def _query(query: str) -> dict[str, list[str]]:
    """Repeated keys as a list. Remembered, and so never changed."""
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=2_000)
    except ValueError:
        raise ValueError("the query has too many fields") from None
    for name, value in pairs:
        found.setdefault(name.removesuffix("[]"), []).append(value)
    return found


def _check_version(call: Call, query: Mapping[str, Sequence[str]]) -> None:
    """One way of saying it, and a version that there is."""
    header, asked = call.headers.get(VERSION_HEADER), query.get(VERSION_QUERY)
    if header and asked:
        raise refuse(call, "api_version_invalid", "it is given in the header and in the query")
    version = header or (asked[0] if asked else "")
    if version and version not in VERSIONS:
        raise refuse(call, "api_version_invalid", f"there is no version {version[:40]}")


def version_of(call: Call) -> str:
    """Which version the call speaks. Without a word of it, the newest: that of a new instance."""
    version = call.headers.get(VERSION_HEADER)
    if not version and VERSION_QUERY in call.query:
        version = _query(call.query)[VERSION_QUERY][0]
    return version or VERSIONS[-1]


def reply(body: Any, *, status: int = 200, effects: Sequence[Effect] = (), notices: Sequence[Notice] = ()) -> Reply:
    """An answer that is no error."""
    return Reply(status, orjson.dumps(body), {"Content-Type": JSON}, effects=effects, notices=notices)


def page(rows: Sequence[Any], total: int) -> Reply:
    """A list with its total."""
    return reply({"data": rows, "total_count": total})


def decorate(call: Call, account: Account[State] | None, answer: Reply) -> None:
    """Adds what is on every answer. There are no headers that tell of limits: none are documented."""
    del account
    headers = answer.headers
    if answer.status >= 400 and _NO_TRACE in answer.body:
        # Refused before the call had its id: at the door, or for a body that is none.
        answer.body = answer.body.replace(_NO_TRACE, b'"clerk_trace_id":"%s"' % call.request_id.encode())
    headers["cf-ray"] = f"{call.request_id[:16]}-FRA"
    headers["cache-control"] = "no-store"
