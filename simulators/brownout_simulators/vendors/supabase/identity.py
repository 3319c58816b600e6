"""Who the caller is within the project: the role, and the user where there is one. PostgREST, storage and realtime ask
alike; GoTrue asks more strictly, by itself."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from brownout_simulators.account import Account
from brownout_simulators.call import Call
from brownout_simulators.vendors.supabase.gateway import bearer, key_of
from brownout_simulators.vendors.supabase.keys import ANON, read_key
from brownout_simulators.vendors.supabase.signing import claims_in

SKEW_S: Final = 30
"""By so much may a token's times be off (PostgREST's allowance)."""
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Identity(NamedTuple):
    """The caller, as the database's policies see it."""

    role: str
    claims: Mapping[str, Any] = _NOTHING

    @property
    def user(self) -> str:
        """`auth.uid()`: the user's id; empty where there is none."""
        return str(self.claims.get("sub") or "")


class BadClaims(Exception):
    """The token is signed rightly, and not good: expired, not yet valid. The text is PostgREST's."""


def identify(call: Call, account: Account[Any]) -> Identity:
    """The caller by the call's token, or by its key where it has none. Raises `BadToken` and `BadClaims`."""
    token = bearer(call)
    if not token:
        key = key_of(call)
        return Identity(key.role if key is not None else ANON)
    return identity_of(token, account)


def identity_of(token: str, account: Account[Any]) -> Identity:
    """The same of a token, or of a key that stands in its place."""
    if token.startswith("sb_"):
        key = read_key(token)
        return Identity(key.role if key is not None else ANON)
    claims = claims_in(account, token)
    now_s = account.wall_s()
    expires_s, valid_s = claims.get("exp"), claims.get("nbf")
    if isinstance(expires_s, int | float) and now_s > expires_s + SKEW_S:
        raise BadClaims("JWT expired")
    if isinstance(valid_s, int | float) and now_s < valid_s - SKEW_S:
        raise BadClaims("JWT not yet valid")
    return Identity(str(claims.get("role") or ANON), claims)
