"""A function is called, and does what it was declared to do.

`x-relay-error: true` tells a client that the function did not answer, but what stands in front of it; 546 is the
platform's status for one that needed more than it may use (supabase.com/docs/guides/functions/status-codes).
"""

from typing import Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.supabase.functions.errors import told
from brownout_simulators.vendors.supabase.functions.setup import Function
from brownout_simulators.vendors.supabase.gateway import bearer
from brownout_simulators.vendors.supabase.identity import BadClaims, identity_of
from brownout_simulators.vendors.supabase.instants import uuid4
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.setup import setup_of
from brownout_simulators.vendors.supabase.tokens import BadToken

_HIDDEN: Final = frozenset({"apikey", "authorization", "cookie"})


def invoke(call: Call, account: Account[State]) -> Reply:
    """Any method of /functions/v1/{name}, and of what is below it."""
    function = setup_of(account).functions.functions.get(call.params["name"])
    if function is None:
        return told(404, "NOT_FOUND", "Requested function was not found")
    if function.verify_jwt:
        objection = _objection(call, account)
        if objection is not None:
            return objection
    if function.does == "relay_error":
        reply = told(
            function.status if function.status >= 400 else 502, "RELAY_ERROR", "Relay error invoking the function"
        )
        reply.headers["x-relay-error"] = "true"
        return reply
    if function.does == "resource_limit":
        return told(
            546, "WORKER_LIMIT", "Function failed due to not having enough compute resources (please check logs)"
        )
    if function.does == "boot_error":
        return told(503, "BOOT_ERROR", "Function failed to start (please check logs)")
    return _answered(call, account, function)


def _answered(call: Call, account: Account[State], function: Function) -> Reply:
    run = uuid4(account.ids)
    headers = {
        "content-type": function.content_type,
        **function.headers,
        "x-served-by": "supabase-edge-runtime",
        "x-deno-execution-id": run,
    }
    body = function.body if function.does == "answer" else _echo(call)
    effect = Effect("supabase.function", run, fields={"name": function.name, "status": function.status})
    return Reply(function.status, body, headers, effects=(effect,))


def _echo(call: Call) -> bytes:
    """What it was called with, but for credentials."""
    try:
        body = orjson.loads(call.body) if call.body else None
        shown = orjson.dumps(body)
    except (ValueError, orjson.JSONEncodeError):
        shown = orjson.dumps(call.body.decode("utf-8", "replace"))
    about = {
        "method": call.method,
        "path": call.path,
        "query": call.query,
        "headers": {name: value for name, value in call.headers.items() if name not in _HIDDEN},
    }
    head = orjson.dumps(about)
    return head[:-1] + b',"body":' + shown + b"}"


def _objection(call: Call, account: Account[State]) -> Reply | None:
    token = bearer(call)
    if not token:
        return told(401, "UNAUTHORIZED_NO_AUTH_HEADER", "Missing authorization header")
    try:
        identity_of(token, account)
    except BadToken:
        return told(401, "UNAUTHORIZED_INVALID_JWT_FORMAT", "Invalid JWT")
    except BadClaims:
        return told(401, "UNAUTHORIZED_INVALID_JWT", "Invalid JWT")
    return None
