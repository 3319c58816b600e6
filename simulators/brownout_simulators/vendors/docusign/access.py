"""OAuth: the JWT grant, access tokens, userinfo; and what each call must bring."""

import base64
import binascii
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Credential, Refused, Route
from brownout_simulators.vendors.docusign.errors import ERRORS, JSON, oauth_error, refuse
from brownout_simulators.vendors.docusign.ids import is_guid
from brownout_simulators.vendors.docusign.instants import written
from brownout_simulators.vendors.docusign.keys import USER_EMAIL, USER_NAME, account_id, key_pair, label_of, user_id
from brownout_simulators.vendors.docusign.resources import State, Token, site_of

TOKEN: Final = "/oauth/token"  # noqa: S105 - a path
USERINFO: Final = "/oauth/userinfo"
SIGNING: Final = "/Signing/"
"""Where recipients sign. Their link says who they are."""
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
DEVELOPER: Final = "account-d.docusign.com"
LONGEST_S: Final = 3_600
SKEW_S: Final = 60.0
_SCOPES: Final = frozenset({"signature", "impersonation", "extended", "openid", "profile", "email", "click.manage"})
_TYPED: Final = "eyJ0eXAiOiJNVCJ9"
"""`{"typ":"MT"}`: its access tokens look like JWTs, and are not to be read."""


class Assertion(NamedTuple):
    """A JWT that asks for a token, read and not believed."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def authenticate(call: Call) -> Credential:
    """The application by its assertion at the token endpoint, a recipient by his link, everybody else by his token."""
    if call.path == TOKEN:
        claims = _assertion(call).claims
        issuer = claims.get("iss")
        if not isinstance(issuer, str) or not is_guid(issuer):
            raise Refused(oauth_error("invalid_grant", "issuer_not_found"))
        return Credential(label_of(issuer))
    if call.path.startswith(SIGNING):
        label = label_in(call.path.removeprefix(SIGNING).partition("/")[0])
        if not label:
            raise refuse("RESOURCE_NOT_FOUND")
        return Credential(label, "recipient")
    credential = _bearer(call.headers.get("authorization", ""))
    if credential is None:
        raise Refused(_unauthenticated(call))
    return credential


@lru_cache(maxsize=4_096)
def _bearer(authorization: str) -> Credential | None:
    scheme, _, token = authorization.partition(" ")
    parts = token.strip().split(".")
    label = label_in(parts[1]) if scheme.lower() == "bearer" and len(parts) == 3 and parts[0] == _TYPED else ""
    return Credential(label) if label else None


def admit(call: Call, account: Account[State]) -> None:
    """The token is one of the account's, still lives, and opens this account's paths only."""
    if call.path == TOKEN or call.path.startswith(SIGNING):
        return
    token = account.state.tokens.get(call.headers.get("authorization", "").partition(" ")[2].strip())
    if token is None or account.clock() >= token.expires_s:
        raise Refused(_unauthenticated(call))
    if call.path != USERINFO and call.params.get("accountId", "").lower() not in {"", account_id(account.name)}:
        raise refuse("USER_LACKS_PERMISSIONS", "The user is no member of that account.")


def _unauthenticated(call: Call) -> Reply:
    if call.path == USERINFO:
        return oauth_error("invalid_token", "the access token is expired, revoked or malformed", 401)
    return ERRORS.unauthenticated(call)


def parse(call: Call) -> Mapping[str, Any]:
    """JSON, OAuth's form, or the query where there is no body."""
    if not call.body:
        return dict(parse_qsl(call.query, keep_blank_values=True))
    if call.path.startswith("/oauth/"):
        return dict(parse_qsl(call.body.decode(), keep_blank_values=True))
    body = orjson.loads(call.body)
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - what the engine catches
    return body


def query_of(call: Call) -> dict[str, str]:
    """The query's parameters, also where there is a body."""
    return dict(parse_qsl(call.query, keep_blank_values=True))


def grant(call: Call, account: Account[State]) -> Reply:
    """POST /oauth/token: a signed assertion in, an access token out; no refresh token."""
    if call.data.get("grant_type") != GRANT:
        raise Refused(oauth_error("unsupported_grant_type", "only the JWT grant"))
    assertion = _assertion(call)
    why = _objection(call, account, assertion)
    if why:
        raise Refused(oauth_error("invalid_grant", why))
    if not site_of(account).consent:
        raise Refused(oauth_error("consent_required"))
    scope = assertion.claims.get("scope")
    asked = scope.split() if isinstance(scope, str) else []
    if not asked or not set(asked) <= _SCOPES:
        raise Refused(oauth_error("invalid_scope", "unknown or no scope"))
    token = f"{_TYPED}.{labelled(account.name)}.{account.ids.base62(43)}"
    lifetime_s, now_s = site_of(account).token_s, account.clock()
    account.state.tokens.put(token, Token(now_s + lifetime_s), now_s)
    body = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": int(lifetime_s),
        "scope": " ".join(asked),
    }
    return Reply(200, orjson.dumps(body), {**JSON, "Cache-Control": "no-store"})


def userinfo(_call: Call, account: Account[State]) -> Reply:
    """GET /oauth/userinfo: where the account is."""
    first, _, last = USER_NAME.partition(" ")
    member = {
        "account_id": account_id(account.name),
        "is_default": True,
        "account_name": "Brownout",
        "base_uri": site_of(account).base_uri or account.base_url,
    }
    body = {
        "sub": user_id(account.name),
        "name": USER_NAME,
        "given_name": first,
        "family_name": last,
        "created": written(account.epoch_s),
        "email": USER_EMAIL,
        "accounts": [member],
    }
    return Reply(200, orjson.dumps(body), dict(JSON))


@lru_cache(maxsize=4_096)
def labelled(label: str) -> str:
    """An account's label as it stands in tokens and links."""
    return base64.urlsafe_b64encode(label.encode()).decode().rstrip("=")


def label_in(text: str) -> str:
    """The label in a part of a token or a link; empty for none."""
    return _label(text.partition("~")[0])


@lru_cache(maxsize=4_096)
def _label(text: str) -> str:
    try:
        label = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (ValueError, binascii.Error):
        return ""
    return label if label.isascii() and label.startswith("account_") and label.isidentifier() else ""


def _assertion(call: Call) -> Assertion:
    text = dict(parse_qsl(call.body.decode(errors="replace"))).get("assertion", "")
    try:
        header, claims, signature = (_bytes_of(part) for part in text.split("."))
        said = orjson.loads(header), orjson.loads(claims)
    except ValueError:
        said = None, None
    if not isinstance(said[0], dict) or not isinstance(said[1], dict):
        raise Refused(oauth_error("invalid_grant", "no_valid_keys_or_signatures"))
    return Assertion(said[0], said[1], text.rpartition(".")[0].encode(errors="replace"), signature)


def _objection(call: Call, account: Account[State], assertion: Assertion) -> str:
    """Why the assertion is no good; empty for one that is."""
    header, claims, signed, signature = assertion
    if header.get("alg") != "RS256" or not key_pair(account.name).has_signed(signed, signature):
        return "no_valid_keys_or_signatures"
    if str(claims.get("sub")).lower() != user_id(account.name):
        return "user_not_found"
    here = {call.headers.get("host", ""), urlsplit(account.base_url).netloc, DEVELOPER}
    if not any(claims.get("aud") == each for each in here):
        return "invalid_audience"
    issued_s, expires_s = _instant(claims, "iat"), _instant(claims, "exp")
    if issued_s is None or expires_s is None or expires_s > issued_s + LONGEST_S:
        return "invalid_assertion_lifetime"
    now_s = account.wall_s()
    if now_s > expires_s + SKEW_S:
        return "expired_assertion"
    return "assertion_not_yet_valid" if issued_s > now_s + SKEW_S else ""


def _instant(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    return (
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53 else None
    )


def _bytes_of(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", TOKEN, grant, grants=True),
    Route("GET", USERINFO, userinfo),
)
