"""What a session token says of its bearer: claims of version 2, and the flat ones of version 1.

Source: clerk.com/docs, "Session tokens". Permissions of the system (`org:sys_…`) are never in a token.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from brownout_simulators.vendors.clerk.dialect import CLAIMS_V2
from brownout_simulators.vendors.clerk.keys import issuer
from brownout_simulators.vendors.clerk.memberships import membership_view
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Object

LIFETIME_S: Final = 60
NOT_BEFORE_S: Final = 10
"""How long before its issue a token is already valid: the clocks of those who read it differ."""
RESERVED: Final = frozenset(
    {"act", "aud", "azp", "exp", "fea", "fva", "iat", "iss", "jti", "nbf", "o", "org_id", "org_permissions",
     "org_role", "org_slug", "pla", "sid", "sts", "sub", "v"}
)  # fmt: skip
"""Names that are Clerk's own: no template and no machine token may set them."""


def session_claims(
    account: ClerkAccount, session: Object, *, version: str, origin: str, lifetime_s: int
) -> dict[str, Any]:
    """The claims of a token for this session, issued now."""
    claims = token_claims(
        account.name,
        user_id=session["user_id"],
        session_id=session["id"],
        issued=int(account.wall_s()),
        since=session["created_at"] // 1000,
        id=account.ids.hexadecimal(20),
        origin=origin,
        lifetime_s=lifetime_s,
    )
    if session["actor"]:
        claims["act"] = session["actor"]
    return claims | organization_claims(_active(account, session), session["status"], is_compact=version >= CLAIMS_V2)


def organization_claims(membership: Object | None, status: str, *, is_compact: bool) -> dict[str, Any]:
    """What a token says of the active organization, and of the session; in version 2 it is `is_compact`, else flat."""
    if is_compact:
        # What a plan holds is the business of billing, which is not simulated: everybody is on the free one.
        claims = {"sts": status, "v": 2, "pla": "o:free" if membership else "u:free", "fea": ""}
        if membership is None:
            return claims
        features, compact = _compact(membership)
        return claims | {"fea": ",".join(f"o:{name}" for name in features), "o": compact}
    if membership is None:
        return {}
    return {
        "org_id": membership["organization"]["id"],
        "org_permissions": _own_permissions(membership),
        "org_role": membership["role"],
        "org_slug": membership["organization"]["slug"],
    }


def token_claims(
    name: str,
    *,
    user_id: str,
    session_id: str,
    issued: int,
    since: int,
    id: str,  # noqa: A002
    origin: str = "",
    lifetime_s: int = LIFETIME_S,
) -> dict[str, Any]:
    """What every session token of the instance of that name says; `since` is when its session began."""
    return {
        **({"azp": origin} if origin else {}),
        "exp": issued + lifetime_s,
        "fva": [max(0, issued - since) // 60, -1],
        "iat": issued,
        "iss": issuer(name),
        "jti": id,
        "nbf": issued - NOT_BEFORE_S,
        "sid": session_id,
        "sub": user_id,
    }


def _active(account: ClerkAccount, session: Object) -> Object | None:
    """The user's membership in the session's active organization."""
    state = account.state
    held = state.organizations_of.get(session["user_id"], {}).get(session["last_active_organization_id"] or "")
    membership = None if held is None else state.memberships.get(held)
    return None if membership is None else membership_view(account, membership)


def _own_permissions(membership: Object) -> list[str]:
    return [name for name in membership["permissions"] if not name.startswith("org:sys_")]


def _compact(membership: Object) -> tuple[Sequence[str], Mapping[str, Any]]:
    """The features, and the claim `o`: for each feature a number whose bits say which of the permissions it has."""
    held = [name.split(":")[1:] for name in _own_permissions(membership)]
    features = sorted({feature for feature, _ in held})
    permissions = sorted({permission for _, permission in held})
    masks = [
        sum(1 << bit for bit, permission in enumerate(permissions) if [feature, permission] in held)
        for feature in features
    ]
    organization = membership["organization"]
    claim = {"id": organization["id"], "rol": membership["role"].removeprefix("org:"), "slg": organization["slug"]}
    if features:
        claim |= {"per": ",".join(permissions), "fpm": ",".join(map(str, masks))}
    return features, claim
