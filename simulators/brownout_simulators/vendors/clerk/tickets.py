"""Tickets: sign-in tokens, actor tokens, and the link by which somebody accepts one of them or an invitation; testing
tokens, which end the bot protection for whoever has one."""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk.dialect import reply
from brownout_simulators.vendors.clerk.errors import missing, refuse
from brownout_simulators.vendors.clerk.ids import new_id
from brownout_simulators.vendors.clerk.invitations import accepted
from brownout_simulators.vendors.clerk.keys import read_ticket, ticket
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Kept, Object, State, now_ms
from brownout_simulators.vendors.clerk.sessions import begun
from brownout_simulators.vendors.clerk.sessions import effect as session_effect
from brownout_simulators.vendors.clerk.webhooks import told

SIGN_IN_S: Final = 2_592_000
ACTOR_S: Final = 3_600
TESTING_S: Final = 3_600


def create(call: Call, account: Account[State]) -> Reply:
    """POST /sign_in_tokens."""
    fields = {"user_id": take.text(), "org_id": take.text(), "expires_in_seconds": take.whole(1, 315_360_000)}
    given = take.checked(call, fields, "user_id")
    state, organization = account.state, given.get("org_id")
    if given["user_id"] not in state.users:
        raise missing(call, "user", given["user_id"])
    if organization is not None and organization not in state.organizations_of.get(given["user_id"], {}):
        raise missing(call, "organization", organization)
    row = _new(account, "sign_in_token", "sit", given["user_id"])
    state.sign_in_tokens.keep(
        {**row, "_until_ms": row["created_at"] + (given.get("expires_in_seconds") or SIGN_IN_S) * 1000,
         "_organization_id": organization},
        account.clock(),
    )  # fmt: skip
    fields_told = {"user_id": given["user_id"]}
    effect = Effect("clerk.sign_in_token", row["id"], references=fields_told, fields=fields_told)
    return reply(row, effects=(effect,))


def revoke(call: Call, account: Account[State]) -> Reply:
    """POST /sign_in_tokens/{token_id}/revoke."""
    return _revoked(call, account, account.state.sign_in_tokens, "sign_in_token")


def create_actor(call: Call, account: Account[State]) -> Reply:
    """POST /actor_tokens: to sign in as somebody else."""
    fields = {
        "user_id": take.text(), "actor": take.claims, "expires_in_seconds": take.whole(1, 315_360_000),
        "session_max_duration_in_seconds": take.whole(1, 315_360_000),
    }  # fmt: skip
    given = take.checked(call, fields, "user_id", "actor")
    if given["user_id"] not in account.state.users:
        raise missing(call, "user", given["user_id"])
    if not isinstance(given["actor"].get("sub"), str):
        raise refuse(call, "malformed_request_parameters")
    row = {**_new(account, "actor_token", "act", given["user_id"]), "actor": given["actor"]}
    until = row["created_at"] + (given.get("expires_in_seconds") or ACTOR_S) * 1000
    account.state.actor_tokens.keep({**row, "_until_ms": until, "_organization_id": None}, account.clock())
    references = {"user_id": given["user_id"]}
    effect = Effect("clerk.actor_token", row["id"], references=references, fields=references)
    return reply(row, effects=(effect,))


def revoke_actor(call: Call, account: Account[State]) -> Reply:
    """POST /actor_tokens/{token_id}/revoke."""
    return _revoked(call, account, account.state.actor_tokens, "actor_token")


def _new(account: ClerkAccount, kind: str, prefix: str, user_id: str) -> Object:
    now = now_ms(account)
    id = new_id(account, prefix)  # noqa: A001
    text = ticket(account.name, id)
    return {
        "object": kind,
        "id": id,
        "status": "pending",
        "user_id": user_id,
        "token": text,
        "url": f"{account.base_url}/v1/tickets/accept?ticket={text}",
        "created_at": now,
        "updated_at": now,
    }


def _revoked(call: Call, account: ClerkAccount, kept: Kept, kind: str) -> Reply:
    row = kept.get(call.params["token_id"])
    if row is None:
        raise missing(call, kind.replace("_", " "), call.params["token_id"])
    if row["status"] != "pending":
        raise refuse(call, f"{kind}_cannot_be_revoked_code", row["status"])
    return reply(_view(kept.change(row, account.clock(), status="revoked", updated_at=now_ms(account))))


def _view(row: Object) -> Object:
    return {name: value for name, value in row.items() if not name.startswith("_")}


def accept(call: Call, account: Account[State]) -> Reply:
    """GET /tickets/accept?ticket=…: somebody follows the link that was sent to him. The ticket is what he shows."""
    _, id = read_ticket(take.value_of(call, "ticket") or "")  # noqa: A001
    state = account.state
    for kept in (state.invitations, state.organization_invitations):
        if id in kept:
            done = accepted(account, kept, id, call)
            if done is None:
                raise refuse(call, "bad_request", "This invitation cannot be used anymore.")
            return reply({"object": "ticket", "status": "accepted"}, effects=done.effects, notices=done.notices)
    for kept in (state.sign_in_tokens, state.actor_tokens):
        row = kept.get(id)
        if row is not None:
            return _signed_in(call, account, kept, row)
    raise missing(call, "ticket", id)


def _signed_in(call: Call, account: ClerkAccount, kept: Kept, row: Object) -> Reply:
    user = account.state.users.get(row["user_id"])
    if row["status"] != "pending" or now_ms(account) >= row["_until_ms"] or user is None:
        raise refuse(call, "bad_request", "This token cannot be used anymore. Please request a new one.")
    if user["banned"] or user["locked"]:
        raise refuse(call, "user_banned" if user["banned"] else "user_locked")
    kept.change(row, account.clock(), status="accepted", updated_at=now_ms(account))
    session = begun(account, user, row["_organization_id"], row.get("actor"))
    return reply(session, effects=(session_effect(session),), notices=told(account, "session.created", session, call))


def testing_token(_call: Call, account: Account[State]) -> Reply:
    """POST /testing_tokens. Its instants are seconds, unlike all others."""
    now = int(account.wall_s())
    token: dict[str, Any] = {"object": "testing_token", "token": f"{now}-c_{account.ids.base62(43)}"}
    return reply({**token, "expires_at": now + TESTING_S})


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/sign_in_tokens", create),
    Route("POST", "/sign_in_tokens/{token_id}/revoke", revoke),
    Route("POST", "/actor_tokens", create_actor),
    Route("POST", "/actor_tokens/{token_id}/revoke", revoke_actor),
    Route("GET", "/tickets/accept", accept),
    Route("POST", "/testing_tokens", testing_token),
)
