"""Machine tokens: opaque ones, which are kept, and signed ones, which are not."""

from itertools import islice
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk import secrets
from brownout_simulators.vendors.clerk.claims import NOT_BEFORE_S, RESERVED
from brownout_simulators.vendors.clerk.dialect import reply
from brownout_simulators.vendors.clerk.errors import missing, refuse
from brownout_simulators.vendors.clerk.ids import hex_id
from brownout_simulators.vendors.clerk.keys import MACHINE, issuer, machine_of
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Object, State, now_ms
from brownout_simulators.vendors.clerk.sessions import current_key

CATEGORY: Final = "cl_B7d4PD333AAA"
"""In the header of a signed one: by it SDKs tell it from a session's token."""
_FIELDS: Final = {
    "token_format": take.one_of("opaque", "jwt"),
    "seconds_until_expiration": take.number,
    "claims": take.claims,
    "min_remaining_ttl_seconds": take.whole(),
}
_MOST: Final = 100


def create(call: Call, account: Account[State]) -> Reply:
    """POST /m2m_tokens, with a machine's secret key."""
    machine = _machine(call, account)
    if machine is None:
        raise refuse(call, "authentication_invalid")
    given = take.checked(call, _FIELDS) if call.body else {}
    claims = given.get("claims")
    reserved = sorted(RESERVED & set(claims or ()))
    if reserved:
        raise refuse(call, "machine_token_reserved_claim", reserved[0])
    end = secrets.expiration(account, given, machine["default_token_ttl"])
    scopes = [other for other in account.state.scopes.get(machine["id"], ()) if other in account.state.machines]
    if given.get("token_format") == "jwt":
        return reply(_signed(account, machine, claims, scopes, end), status=201)
    least = given.get("min_remaining_ttl_seconds")
    if least is not None:
        if end is not None and now_ms(account) + least * 1000 >= end:
            raise refuse(call, "malformed_request_parameters")
        earlier = _reusable(account, machine["id"], claims, scopes, now_ms(account) + least * 1000)
        if earlier is not None:
            return reply({**earlier, "token": account.state.secret_of[earlier["id"]]}, status=201)
    row = _row(account, machine, claims, scopes, end)
    token = f"mt_{account.ids.base62(43)}"
    shown = secrets.keep(account, account.state.m2m_tokens, row, token)
    return reply({**shown, "token": token}, status=201, effects=(_effect(row),))


def _row(account: ClerkAccount, machine: Object, claims: Any, scopes: list[str], end: int | None) -> Object:
    now = now_ms(account)
    return {
        "object": "machine_to_machine_token",
        "id": hex_id(account, "mt"),
        "subject": machine["id"],
        "claims": claims,
        "scopes": scopes,
        "revoked": False,
        "revocation_reason": None,
        "expired": False,
        "expiration": end,
        "last_used_at": None,
        "created_at": now,
        "updated_at": now,
    }


def _effect(row: Object) -> Effect:
    references = {"subject": row["subject"]}
    return Effect("clerk.m2m_token", row["id"], references=references, fields={"subject": row["subject"]})


def _signed(account: ClerkAccount, machine: Object, claims: Any, scopes: list[str], end: int | None) -> Object:
    """A token that says everything itself; nobody keeps it, so nobody can revoke it."""
    row, now = _row(account, machine, claims, scopes, end), int(account.wall_s())
    said = {
        **(claims or {}),
        **({"exp": end // 1000} if end is not None else {}),
        "aud": scopes,
        "iat": now,
        "iss": issuer(account.name),
        "jti": row["id"],
        "nbf": now - NOT_BEFORE_S,
        "scopes": " ".join(scopes),
        "sub": machine["id"],
    }
    return {**row, "token": current_key(account).token(said, cat=CATEGORY)}


def _reusable(account: ClerkAccount, machine_id: str, claims: Any, scopes: list[str], until: int) -> Object | None:
    """A token of the machine that says the same and lives long enough."""
    for row in secrets.of_subject(account, account.state.m2m_tokens, machine_id):
        lives = not row["revoked"] and (row["expiration"] is None or row["expiration"] >= until)
        if lives and row["claims"] == claims and row["scopes"] == scopes:
            return row
    return None


def list_tokens(call: Call, account: Account[State]) -> Reply:
    """GET /m2m_tokens of one machine, under a key of their own (`m2m_tokens`)."""
    subject, machine = take.value_of(call, "subject"), _machine(call, account)
    if not subject:
        raise refuse(call, "missing_query_parameter", "subject")
    if machine is not None and machine["id"] != subject:
        raise refuse(call, "authorization_invalid")
    if subject not in account.state.machines:
        raise missing(call, "machine", subject)
    limit, offset = take.page_of(call, _MOST)
    with_revoked, with_expired = take.flag_of(call, "revoked"), take.flag_of(call, "expired")
    rows = [
        row
        for row in secrets.of_subject(account, account.state.m2m_tokens, subject)
        if (with_revoked or not row["revoked"]) and (with_expired or not row["expired"])
    ]
    return reply({"m2m_tokens": list(islice(rows, offset, offset + limit)), "total_count": len(rows)})


def revoke(call: Call, account: Account[State]) -> Reply:
    """POST /m2m_tokens/{token_id}/revoke."""
    kept, machine = account.state.m2m_tokens, _machine(call, account)
    row = kept.get(call.params["token_id"])
    if row is None or (machine is not None and row["subject"] != machine["id"]):
        raise missing(call, "machine token", call.params["token_id"])
    return reply(secrets.view(account, secrets.revoked(call, account, kept, row)))


def verify(call: Call, account: Account[State]) -> Reply:
    """POST /m2m_tokens/verify: with a machine's key only tokens that are meant for that machine."""
    machine = _machine(call, account)
    row = secrets.verified(call, account, account.state.m2m_tokens, "machine token")
    if machine is not None and machine["id"] not in {*row["scopes"], row["subject"]}:
        raise missing(call, "machine token", "")
    return reply(row)


def _machine(call: Call, account: ClerkAccount) -> Object | None:
    """The machine whose key the call carries; None with the instance's own."""
    key = call.headers.get("authorization", "").partition(" ")[2].strip()
    if not key.startswith(MACHINE):
        return None
    return account.state.machines.get(machine_of(account, key) or "")


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", "/m2m_tokens", list_tokens),
    Route("POST", "/m2m_tokens", create),
    Route("POST", "/m2m_tokens/verify", verify),
    Route("POST", "/m2m_tokens/{token_id}/revoke", revoke),
)
