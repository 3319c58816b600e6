"""Who calls and what they sent: OAuth client credentials, opaque tokens, body parsing, idempotency keys."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.oauth import client_credentials, client_of, token_for
from brownout_simulators.vendor import Credential, IdempotencyRules, Refused
from brownout_simulators.vendors.sales.contract import CONTRACT, SCOPES
from brownout_simulators.vendors.sales.errors import SalesErrors, oauth_error, problem, refuse
from brownout_simulators.vendors.sales.magic import options_of
from brownout_simulators.vendors.sales.resources import State, Token

MAX_BODY: Final = 256 * 1024
DEFAULT_SCOPE: Final = "orders.read orders.write"
KEY_REQUIRED: Final = frozenset(route for route, terms in CONTRACT.items() if terms.key == "required")
KEY_OPTIONAL: Final = frozenset(route for route, terms in CONTRACT.items() if terms.key == "optional")
SCOPE_OF: Final = {route: terms.scope for route, terms in CONTRACT.items()}
_OAUTH: Final = "/oauth2/"
_PREFIX: Final = "pyx_at_"
_KEY: Final = re.compile(r"[A-Za-z0-9._:/-]{16,255}")
_FLOAT: Final = re.compile(rb"[\s:,\[]-?[0-9]+[.eE]")
"""Where a number of JSON's begins that is no whole one, or what looks like it in a text."""
_JSON: Final = frozenset({"application/json", "application/merge-patch+json"})
_BODILESS: Final = frozenset({"GET", "DELETE"})


def parse(call: Call) -> Mapping[str, Any]:
    """The query of a read, OAuth's form, a JSON object. Raises `Refused` for 413 and 415."""
    if call.method in _BODILESS:
        return query_of(call)
    if len(call.body) > MAX_BODY:
        raise refuse(call, "too-large", f"at most {MAX_BODY} bytes")
    if call.path.startswith(_OAUTH):
        return dict(parse_qsl(call.body.decode(), keep_blank_values=True))
    if not call.body:
        return {}
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _JSON:
        raise refuse(call, "media-type", f"got {kind or 'no media type'}")
    body = orjson.loads(call.body)
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - what the engine catches
    return body


def query_of(call: Call) -> dict[str, str]:
    """The query's parameters."""
    if not call.query:
        return {}
    given = dict(parse_qsl(call.query, keep_blank_values=True))
    if "updatedSince" in given:
        # A plus sign that was not percent-encoded arrives as a space.
        given["updatedSince"] = given["updatedSince"].replace(" ", "+")
    return given


def authenticate(call: Call) -> Credential:
    """The client, by its credentials at the token endpoint, by the token that names it everywhere else."""
    if call.path.startswith(_OAUTH):
        return Credential(_credentials(call)[0])
    client_id = client_of(bearer(call), prefix=_PREFIX)
    if not client_id:
        raise Refused(problem(call, "token-invalid"))
    return Credential(client_id)


def admit(call: Call, account: Account[State]) -> None:
    """The client's secret, or the token's life and scope. The first secret that a client shows is its secret."""
    state = account.state
    options = state.options_for(account.name)
    if call.path.startswith(_OAUTH):
        secret = _credentials(call)[1]
        if not state.secret:
            state.secret = secret
        elif state.secret != secret:
            raise Refused(SalesErrors().unauthenticated(call))
        return
    token = state.tokens.get(bearer(call))
    if token is None:
        raise Refused(problem(call, "token-invalid"))
    if account.clock() + options.skew_s >= token.expires_s:
        raise Refused(problem(call, "token-expired"))
    if options.suspended:
        raise Refused(problem(call, "tenant-suspended"))
    needed = scope_of(call)
    if needed not in token.scopes:
        raise refuse(call, "scope-insufficient", f"needs {needed}", requiredScope=needed)


def issue_token(call: Call, account: Account[State]) -> Reply:
    """POST /oauth2/token: client credentials in, opaque token out; no refresh token."""
    grant = call.data.get("grant_type", "")
    if not grant:
        return oauth_error(400, "invalid_request", "grant_type is missing")
    if grant != "client_credentials":
        return oauth_error(400, "unsupported_grant_type", "only client_credentials")
    options = account.state.options_for(account.name)
    allowed = {"orders.read"} if options.read_only else set(SCOPES)
    asked = set(str(call.data.get("scope") or DEFAULT_SCOPE).split())
    if not call.data.get("scope"):
        asked &= allowed
    if not asked <= allowed:
        return oauth_error(400, "invalid_scope", "not allowed: " + " ".join(sorted(asked - allowed)))
    value = token_for(account.name, prefix=_PREFIX, digits=account.ids.hexadecimal(32))
    now_s = account.clock()
    account.state.issue(Token(value, frozenset(asked), now_s + options.expires_in_s), now_s)
    body = {
        "access_token": value,
        "token_type": "Bearer",
        "expires_in": int(options.expires_in_s),
        "scope": " ".join(scope for scope in SCOPES if scope in asked),
    }
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Reply(200, orjson.dumps(body), headers)


def revoke_token(call: Call, account: Account[State]) -> Reply:
    """POST /oauth2/revoke: 200 whether or not there was such a token (RFC 7009)."""
    account.state.tokens.remove(str(call.data.get("token", "")))
    return Reply(200, b"{}", {"Content-Type": "application/json", "Cache-Control": "no-store"})


def _credentials(call: Call) -> tuple[str, str]:
    found = client_credentials(call)
    if found is None:
        raise Refused(SalesErrors().unauthenticated(call))
    return found


def bearer(call: Call) -> str:
    """The access token; 401 token-missing where there is none."""
    kind, _, token = call.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Refused(problem(call, "token-missing"))
    return token.strip()


def idempotency_key(call: Call) -> str | None:
    """The key of a call that honours one, from either header; quoted and bare forms are the same key."""
    required = call.route in KEY_REQUIRED
    if not required and call.route not in KEY_OPTIONAL:
        return None
    found = {_unquoted(call.headers[name]) for name in ("idempotency-key", "x-idempotency-key") if name in call.headers}
    if not found:
        if required:
            raise refuse(call, "idempotency-key-missing")
        return None
    if len(found) > 1:
        raise refuse(call, "idempotency-key-invalid", "Idempotency-Key and X-Idempotency-Key differ")
    key = found.pop()
    if not _KEY.fullmatch(key):
        raise refuse(call, "idempotency-key-invalid", "16 to 255 of A-Z a-z 0-9 . _ : / -")
    return key


def _unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] == '"' else value


def _fingerprint(call: Call) -> bytes:
    """The path and the canonical body: sorted members, 1.0 the same as 1."""
    may_have_floats = _FLOAT.search(call.body) is not None
    data = _normalised(call.data) if may_have_floats and _has_floats(call.data) else call.data
    return call.path.encode() + b"\0" + orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


def _has_floats(value: Any) -> bool:
    """Mostly there are none: money is text, and nothing has to be made anew."""
    if isinstance(value, dict | list):
        return any(
            type(each) is not str and _has_floats(each) for each in (value.values() if type(value) is dict else value)
        )
    return isinstance(value, float)


def _normalised(value: Any) -> Any:
    if isinstance(value, dict):
        # Most members are texts, and this runs for every order: they are spared the call.
        return {name: member if type(member) is str else _normalised(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_normalised(member) for member in value]
    # Beyond 2**53 a float is no longer a whole number that anybody meant, and no 64-bit one either.
    is_whole = isinstance(value, float) and abs(value) < 2**53 and value.is_integer()
    return int(value) if is_whole else value


def _replayed(_call: Call, reply: Reply, _first: str) -> Reply:
    return Reply(reply.status, reply.body, {**reply.headers, "Idempotency-Replayed": "true"}, executed=reply.executed)


def _in_progress(call: Call) -> Reply:
    return problem(call, "idempotency-in-progress", headers={"retry-after": "1"})


# Remembered are successes and the refusals that are final (a duplicate, a request that is wrong in itself);
# a 401, a 429 or a 5xx from before the commit says nothing about the next attempt.
IDEMPOTENCY: Final = IdempotencyRules(
    key_of=idempotency_key,
    fingerprint=_fingerprint,
    in_progress=_in_progress,
    mismatch=lambda call: problem(call, "idempotency-key-reused"),
    saved=lambda reply: reply.status < 500 and reply.executed,
    replayed=_replayed,
    ttl_of=lambda client_id: options_of(client_id).keys_kept_s,
    scope_of=lambda call: call.route,
)


def scope_of(call: Call) -> str:
    """Which scope a token needs for this call."""
    return SCOPE_OF.get(call.route) or "orders.read"
