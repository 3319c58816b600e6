"""Sessions, the tokens that are signed for them, the clients (browsers) that they belong to, and the key set."""

from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk import shapes
from brownout_simulators.vendors.clerk.claims import LIFETIME_S, session_claims
from brownout_simulators.vendors.clerk.dialect import page, reply, version_of
from brownout_simulators.vendors.clerk.errors import missing, refuse
from brownout_simulators.vendors.clerk.keys import is_production
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Object, State, link, now_ms
from brownout_simulators.vendors.clerk.signing import SigningKey, signing_key, unverified
from brownout_simulators.vendors.clerk.templates import filled
from brownout_simulators.vendors.clerk.webhooks import told

STATUSES: Final = frozenset({"abandoned", "active", "ended", "expired", "pending", "removed", "replaced", "revoked"})
REFRESHABLE_S: Final = 86_400
"""How long ago a token may have expired that a refresh is asked with."""
MOST_KEYS: Final = 1_000
"""That one instance has had."""
KEEP_CONSUMED: Final = 10_000
SESSION: Final = "cl_B7d4PD111AAA"
"""The category in the header of a session's token: SDKs refuse those of other categories for a session."""
_SKEW_S: Final = 5


def create(call: Call, account: Account[State]) -> Reply:
    """POST /sessions: for tests, in development instances only."""
    if is_production(account.name):
        raise refuse(call, "request_invalid_for_environment")
    given = take.checked(call, {"user_id": take.text(), "active_organization_id": take.text()}, "user_id")
    state, organization = account.state, given.get("active_organization_id")
    user = state.users.get(given["user_id"])
    if user is None:
        raise missing(call, "user", given["user_id"])
    if user["banned"]:
        raise refuse(call, "user_banned")
    if user["locked"]:
        raise refuse(call, "user_locked")
    if organization is not None and organization not in state.organizations_of.get(user["id"], {}):
        raise missing(call, "organization", organization)
    session = begun(account, user, organization)
    return reply(session, effects=(effect(session),), notices=told(account, "session.created", session, call))


def begun(account: ClerkAccount, user: Object, organization_id: str | None = None, actor: object = None) -> Object:
    """A new session on a client of its own."""
    state, now_s = account.state, account.clock()
    client = shapes.client(account)
    session = shapes.session(account, user["id"], client["id"], organization_id, actor)
    state.clients.keep({**client, "session_ids": [session["id"]], "last_active_session_id": session["id"]}, now_s)
    state.sessions.keep(session, now_s)
    link(state.sessions_of, user["id"], session["id"])
    now = now_ms(account)
    state.users.change(user, now_s, last_sign_in_at=now, last_active_at=now)
    return session


def effect(session: Object) -> Effect:
    """A session begun."""
    fields = {"user_id": session["user_id"], "organization_id": session["last_active_organization_id"] or ""}
    return Effect("clerk.session", session["id"], references={"user_id": session["user_id"]}, fields=fields)


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /sessions/{session_id}."""
    session = account.state.sessions.look(call.params["session_id"], account)
    if session is None:
        raise missing(call, "session", call.params["session_id"])
    return reply(view(account, session))


def list_sessions(call: Call, account: Account[State]) -> Reply:
    """GET /sessions: a bare list, or with a total where the query says `paginated`."""
    state = account.state
    limit, offset = take.page_of(call)
    status = take.choice_of(call, "status", STATUSES)
    user_id, client_id = take.value_of(call, "user_id"), take.value_of(call, "client_id")
    if not user_id and not client_id:
        raise refuse(call, "missing_query_parameter", "client_id, user_id")
    if user_id:
        ids = list(state.sessions_of.get(user_id, {}))
    else:
        client = state.clients.get(client_id or "")
        ids = [] if client is None else client["session_ids"]
    known = (state.sessions.look(each, account) for each in reversed(ids))
    rows = [view(account, row) for row in known if row is not None]
    rows = [row for row in rows if status in {None, row["status"]} and client_id in {None, "", row["client_id"]}]
    some = list(islice(rows, offset, offset + limit))
    return page(some, len(rows)) if take.flag_of(call, "paginated") else reply(some)


def revoke(call: Call, account: Account[State]) -> Reply:
    """POST /sessions/{session_id}/revoke. Tokens that are out stay good until they expire."""
    session = _of_call(call, account)
    if view(account, session)["status"] not in {"active", "pending"}:
        return reply(view(account, session))
    row = _over(account, session, "revoked")
    return reply(row, notices=told(account, "session.revoked", row, call))


def end_all(account: ClerkAccount, user_id: str, status: str, call: Call) -> list[Notice]:
    """Every session of a user that still lives comes to its end."""
    notices: list[Notice] = []
    for id in list(account.state.sessions_of.get(user_id, {})):  # noqa: A001
        session = account.state.sessions.get(id)
        if session is not None and view(account, session)["status"] in {"active", "pending"}:
            notices += told(account, f"session.{status}", _over(account, session, status), call)
    return notices


def _over(account: ClerkAccount, session: Object, status: str) -> Object:
    return account.state.sessions.change(session, account.clock(), status=status, updated_at=now_ms(account))


def view(account: ClerkAccount, session: Object) -> Object:
    """A session as it is read: one whose time is up says so."""
    if session["status"] in {"active", "pending"} and now_ms(account) >= session["expire_at"]:
        return {**session, "status": "expired"}
    return session


def _of_call(call: Call, account: ClerkAccount) -> Object:
    session = account.state.sessions.get(call.params["session_id"])
    if session is None:
        raise missing(call, "session", call.params["session_id"])
    return session


# -- tokens ------------------------------------------------------------------------------------------------------------


def token(call: Call, account: Account[State]) -> Reply:
    """POST /sessions/{session_id}/tokens, with a body that may be empty."""
    return _token(call, account, _of_call(call, account))


def template_token(call: Call, account: Account[State]) -> Reply:
    """POST /sessions/{session_id}/tokens/{template}."""
    session = _of_call(call, account)
    name = call.params["template"]
    template = next((row for row in account.state.jwt_templates.newest_first() if row["name"] == name), None)
    if template is None:
        raise refuse(call, "resource_not_found", f"No JWT template exists with name: {name[:100]}")
    return _token(call, account, session, template)


def _token(call: Call, account: ClerkAccount, session: Object, template: Object | None = None) -> Reply:
    given = take.checked(call, {"expires_in_seconds": take.whole(30, 315_360_000)}) if call.body else {}
    session = view(account, session)
    if session["status"] not in {"active", "pending"}:
        raise refuse(call, "authentication_invalid")
    lifetime_s = given.get("expires_in_seconds") or (LIFETIME_S if template is None else template["lifetime"])
    origin = call.headers.get("origin") or account.setup.origin
    claims = session_claims(account, session, version=version_of(call), origin=origin, lifetime_s=lifetime_s)
    if template is not None:
        user = account.state.users.get(session["user_id"])
        kept = ("azp", "exp", "iat", "iss", "jti", "nbf", "sub")
        claims = {**filled(template["claims"], user or {}), **{name: claims[name] for name in kept if name in claims}}
        claims["nbf"] = claims["iat"] - template["allowed_clock_skew"]
    return reply({"object": "token", "jwt": current_key(account).token(claims, cat=SESSION)})


def current_key(account: ClerkAccount) -> SigningKey:
    """The key that signs now."""
    return signing_key(account.name, account.state.rotation.signs)


def verified(account: ClerkAccount, text: str) -> dict[str, object] | None:
    """The claims of a token of this instance, whether or not it has expired."""
    try:
        header, claims = unverified(text)
    except ValueError:
        return None
    for nth in range(account.state.rotation.signs + 1):
        key = signing_key(account.name, nth)
        if key.kid == header.get("kid"):
            return claims if key.has_signed(text) else None
    return None


def refresh(call: Call, account: Account[State]) -> Reply:
    """POST /sessions/{session_id}/refresh: a fresh token for one that has expired, once."""
    fields = {
        "expired_token": take.text(16_384), "refresh_token": take.text(4_096), "request_origin": take.text(2_048),
        "request_headers": take.claims, "format": take.one_of("token", "cookie"), "request_originating_ip": take.text(),
    }  # fmt: skip
    given = take.checked(call, fields, "expired_token", "refresh_token", "request_origin")
    state, id, text = account.state, call.params["session_id"], given["expired_token"]  # noqa: A001
    claims = verified(account, text)
    trouble = _unfit(given["request_origin"], claims, id)
    session = state.sessions.get(id)
    if trouble:
        raise refuse(call, trouble)
    if session is None:
        raise refuse(call, "session_refresh_session_not_found", id[:100])
    if view(account, session)["status"] != "active":
        raise refuse(call, "session_refresh_inactive_session")
    if given["refresh_token"] != refresh_token_of(id):
        raise refuse(call, "refresh_token_not_found")
    expired = (claims or {}).get("exp")
    if not isinstance(expired, int) or account.wall_s() - expired > REFRESHABLE_S:
        raise refuse(call, "session_refresh_expired_session_token_too_old")
    if text in state.consumed:
        raise refuse(call, "session_refresh_expired_session_token_consumed")
    state.consumed[text] = None
    if len(state.consumed) > KEEP_CONSUMED:
        del state.consumed[next(iter(state.consumed))]
    fresh = session_claims(
        account, session, version=version_of(call), origin=given["request_origin"], lifetime_s=LIFETIME_S
    )
    jwt = current_key(account).token(fresh, cat=SESSION)
    if given.get("format") == "cookie":
        return reply({"object": "cookies", "cookies": [f"__session={jwt}; Path=/; SameSite=Lax"]})
    return reply({"object": "token", "jwt": jwt})


def refresh_token_of(session_id: str) -> str:
    """A session's refresh token, which a browser gets with its cookies."""
    return f"refresh_{session_id}"


def _unfit(origin: str, claims: dict[str, object] | None, session_id: str) -> str:
    """What makes an expired token one that nothing is given for."""
    try:
        is_origin = bool(urlsplit(origin).hostname)
    except ValueError:
        is_origin = False
    if not is_origin:
        return "refresh_request_origin_invalid"
    if claims is None:
        return "expired_session_token_invalid"
    if "azp" not in claims:
        return "expired_session_token_missing_azp"
    if claims["azp"] != origin:
        return "refresh_request_origin_azp_mismatch"
    if "sid" not in claims:
        return "expired_session_token_missing_sid"
    return "" if claims["sid"] == session_id else "refresh_sid_mismatch"


def verify(call: Call, account: Account[State]) -> Reply:
    """POST /sessions/{session_id}/verify, which is no more."""
    del account
    raise refuse(call, "operation_deprecated")


# -- the key set -------------------------------------------------------------------------------------------------------


def jwks(_call: Call, account: Account[State]) -> Reply:
    """GET /jwks."""
    numbers = account.state.rotation.published(account.wall_s())
    return reply({"keys": [signing_key(account.name, nth).jwk() for nth in numbers]})


def rotate(call: Call, account: Account[State]) -> Reply:
    """POST /jwks/rotate, which Clerk has in its dashboard only: the next key signs from now on."""
    given = take.checked(call, {"overlap_s": take.number}) if call.body else {}
    if account.state.rotation.signs >= MOST_KEYS:
        raise refuse(call, "bad_request", f"An instance has {MOST_KEYS} signing keys at most.")
    account.state.rotation.rotate(float(given.get("overlap_s") or 0.0), account.wall_s())
    return jwks(call, account)


# -- clients -----------------------------------------------------------------------------------------------------------


def list_clients(call: Call, account: Account[State]) -> Reply:
    """GET /clients, deprecated and still there."""
    limit, offset = take.page_of(call)
    clients = account.state.clients
    rows = [_client_view(account, row) for row in islice(clients.all_seen(account), offset, offset + limit)]
    return page(rows, len(clients)) if take.flag_of(call, "paginated") else reply(rows)


def fetch_client(call: Call, account: Account[State]) -> Reply:
    """GET /clients/{client_id}."""
    client = account.state.clients.look(call.params["client_id"], account)
    if client is None:
        raise missing(call, "client", call.params["client_id"])
    return reply(_client_view(account, client))


def verify_client(call: Call, account: Account[State]) -> Reply:
    """POST /clients/verify: the client that a `__client` cookie (or a session token) belongs to."""
    given = take.checked(call, {"token": take.text(16_384)}, "token")
    claims = verified(account, given["token"])
    if claims is None or not isinstance(claims.get("exp"), int) or account.wall_s() > int(str(claims["exp"])) + _SKEW_S:
        raise refuse(call, "cookie_invalid")
    session = account.state.sessions.get(str(claims.get("sid")))
    client = None if session is None else account.state.clients.get(session["client_id"])
    if client is None:
        raise missing(call, "client", "")
    return reply(_client_view(account, client))


def _client_view(account: ClerkAccount, client: Object) -> Object:
    known = (account.state.sessions.get(each) for each in client["session_ids"])
    return {**client, "sessions": [view(account, session) for session in known if session is not None]}


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", "/sessions", list_sessions),
    Route("POST", "/sessions", create),
    Route("GET", "/sessions/{session_id}", fetch),
    Route("POST", "/sessions/{session_id}/revoke", revoke),
    Route("POST", "/sessions/{session_id}/verify", verify),
    Route("POST", "/sessions/{session_id}/refresh", refresh),
    Route("POST", "/sessions/{session_id}/tokens", token),
    Route("POST", "/sessions/{session_id}/tokens/{template}", template_token),
    Route("GET", "/jwks", jwks),
    Route("POST", "/jwks/rotate", rotate),
    Route("GET", "/clients", list_clients),
    Route("POST", "/clients/verify", verify_client),
    Route("GET", "/clients/{client_id}", fetch_client),
)
