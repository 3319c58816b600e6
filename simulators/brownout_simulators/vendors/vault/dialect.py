"""How a call is read, and what is on every answer."""

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.vault.errors import refuse
from brownout_simulators.vendors.vault.resources import State

DEEPEST: Final = 300
STRING_LIMIT: Final = 1024 * 1024
ENTRIES_LIMIT: Final = 10_000
"""These three: of a body (http/handler.go)."""
BODY_LIMIT: Final = 32 * 1024 * 1024
_BODILESS: Final = frozenset({"GET", "LIST", "HEAD", "DELETE"})
_LONG: Final = re.compile(rb'"[^"]{%d}' % STRING_LIMIT)


def parse(call: Call) -> Mapping[str, Any]:
    """A JSON object, whatever it is called in the header; nothing is one without members."""
    if not call.body or call.method in _BODILESS:
        return {}
    if len(call.body) > STRING_LIMIT and _LONG.search(call.body):
        raise refuse("string_too_long")
    body = orjson.loads(call.body)
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise ValueError("json: cannot unmarshal into Go value of type map[string]interface {}")  # noqa: TRY004
    if call.body.count(b"{") + call.body.count(b"[") > DEEPEST or len(call.body) > ENTRIES_LIMIT:
        _check(body)
    return body


def _check(body: Any) -> None:
    """Refuses what is nested too deeply, or has too many members. Nearly every body is too short for either."""
    level = [body]
    for _ in range(DEEPEST):
        if any(len(each) > ENTRIES_LIMIT for each in level):
            raise ValueError("JSON container exceeds allowed number of entries")
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise ValueError("JSON input exceeds allowed nesting depth")


def decorate(call: Call, account: Account[State] | None, reply: Reply) -> None:
    """Nobody is to keep an answer; of limits is told only where an operator has switched that on."""
    headers = reply.headers
    headers["Cache-Control"] = "no-store"
    headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if account is None or not account.setup.rate_limit_headers:
        return
    state = call.limit or next(iter(account.limits(call).values()), None)
    if state is None:
        return
    reset_s = max(1, -int(-state.reset_s // 1))
    headers["X-Ratelimit-Limit"] = str(int(state.limit))
    headers["X-Ratelimit-Remaining"] = str(int(state.remaining))
    headers["X-Ratelimit-Reset"] = str(reset_s)
    if reply.status == 429:
        headers["Retry-After"] = str(reset_s)
