"""Users who are kept out: banned, one or many, and locked."""

from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Notice, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk.dialect import reply
from brownout_simulators.vendors.clerk.errors import missing
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Object, State
from brownout_simulators.vendors.clerk.sessions import end_all
from brownout_simulators.vendors.clerk.users import changed_reply, changed_user, of_call
from brownout_simulators.vendors.clerk.webhooks import told


def ban(call: Call, account: Account[State]) -> Reply:
    """POST /users/{user_id}/ban: every session is revoked; tokens that are out stay good until they expire."""
    user, notices = _banned(account, of_call(call, account), call)
    return reply(user, notices=notices)


def unban(call: Call, account: Account[State]) -> Reply:
    """POST /users/{user_id}/unban."""
    return changed_reply(call, account, of_call(call, account), {"banned": False})


def ban_many(call: Call, account: Account[State]) -> Reply:
    """POST /users/ban."""
    rows: list[Object] = []
    notices: list[Notice] = []
    for user in _users_of(call, account):
        row, its = _banned(account, user, call)
        rows.append(row)
        notices += its
    return reply(rows, notices=notices)


def unban_many(call: Call, account: Account[State]) -> Reply:
    """POST /users/unban."""
    rows: list[Object] = []
    notices: list[Notice] = []
    for user in _users_of(call, account):
        row = changed_user(account, user, {"banned": False})
        rows.append(row)
        notices += told(account, "user.updated", row, call)
    return reply(rows, notices=notices)


def lock(call: Call, account: Account[State]) -> Reply:
    """POST /users/{user_id}/lock."""
    changes = {"locked": True, "lockout_expires_in_seconds": 3_600, "verification_attempts_remaining": 0}
    return changed_reply(call, account, of_call(call, account), changes)


def unlock(call: Call, account: Account[State]) -> Reply:
    """POST /users/{user_id}/unlock."""
    changes = {"locked": False, "lockout_expires_in_seconds": None, "verification_attempts_remaining": 100}
    return changed_reply(call, account, of_call(call, account), changes)


def _banned(account: ClerkAccount, user: Object, call: Call) -> tuple[Object, tuple[Notice, ...]]:
    revoked = end_all(account, user["id"], "revoked", call)
    row = changed_user(account, user, {"banned": True})
    return row, (*revoked, *told(account, "user.updated", row, call))


def _users_of(call: Call, account: ClerkAccount) -> list[Object]:
    given = take.checked(call, {"user_ids": take.texts}, "user_ids")
    found = []
    for id in dict.fromkeys(given["user_ids"]):  # noqa: A001
        user = account.state.users.get(id)
        if user is None:
            raise missing(call, "user", id)
        found.append(user)
    return found


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/users/ban", ban_many),
    Route("POST", "/users/unban", unban_many),
    Route("POST", "/users/{user_id}/ban", ban),
    Route("POST", "/users/{user_id}/unban", unban),
    Route("POST", "/users/{user_id}/lock", lock),
    Route("POST", "/users/{user_id}/unlock", unlock),
)
