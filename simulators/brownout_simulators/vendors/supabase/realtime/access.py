"""Whether a channel's token is good, for whom it stands, and how long."""

from typing import Any, Final, NamedTuple

from brownout_simulators.account import Account
from brownout_simulators.vendors.supabase.identity import Identity
from brownout_simulators.vendors.supabase.keys import read_key
from brownout_simulators.vendors.supabase.signing import claims_in
from brownout_simulators.vendors.supabase.tokens import BadToken, unverified

CONFIRM_S: Final = 300.0
"""A token is looked at again so often, at the latest."""


class BadAccess(Exception):
    """The token is not good. `code` and the words are the service's."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class Access(NamedTuple):
    """For whom a token stands."""

    who: Identity
    expires_s: float
    """Seconds since 1970; infinity for an opaque key."""


def access_of(token: str, account: Account[Any]) -> Access:
    """Raises `BadAccess`."""
    if token.startswith("sb_"):
        key = read_key(token)
        if key is None or key.project != account.name:
            raise BadAccess("JwtSignatureError", "Failed to validate JWT signature")
        return Access(Identity(key.role), float("inf"))
    try:
        claims = claims_in(account, token)
    except BadToken:
        if not unverified(token):
            raise BadAccess("MalformedJWT", "The token provided is not a valid JWT") from None
        raise BadAccess("JwtSignatureError", "Failed to validate JWT signature") from None
    expires_s, role = claims.get("exp"), claims.get("role")
    if not isinstance(expires_s, int | float) or not isinstance(role, str):
        raise BadAccess("InvalidJWTToken", "Fields `role` and `exp` are required in JWT")
    late_s = account.wall_s() - expires_s
    if late_s >= 0:
        raise BadAccess("InvalidJWTToken", f"Token has expired {int(late_s)} seconds ago")
    return Access(Identity(role, claims), float(expires_s))
