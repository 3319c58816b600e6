"""What a browser comes with: a session's token, made without asking the instance.

The Frontend API, which gives browsers their tokens, is not simulated. Whoever knows the secret key can make what it
would have given: keys and names follow from it.
"""

from collections.abc import Sequence

from brownout_simulators.vendors.clerk.claims import organization_claims, token_claims
from brownout_simulators.vendors.clerk.ids import named_id
from brownout_simulators.vendors.clerk.keys import label_of
from brownout_simulators.vendors.clerk.sessions import SESSION
from brownout_simulators.vendors.clerk.signing import signing_key


def session_token(
    secret_key: str,
    who: str,
    *,
    issued_s: float,
    nth: int = 0,
    forged: bool = False,
    permissions: Sequence[str] = (),
    is_compact: bool = True,
) -> str:
    """A token of the one session of a user who is called `who`, issued at that instant of the wall clock.

    `nth` is the number of the signing key: of the first 0, after a rotation 1. A forged token names that key, and
    another one has signed it. Whoever has `permissions` has them in the one organization that he acts for;
    `is_compact` says whether the token tells of it as those of version 2 do.
    """
    label = label_of(secret_key)
    key = signing_key(label, nth)
    if forged:
        key = signing_key(label, nth + 1)._replace(kid=key.kid)
    issued = int(issued_s)
    claims = token_claims(
        label,
        user_id=user_id(who),
        session_id=named_id("sess", who),
        issued=issued,
        since=issued,
        id=named_id("jti", who, str(issued)).removeprefix("jti_"),
    )
    team = {"id": named_id("org", "team"), "slug": "team"}
    membership = {"organization": team, "role": "org:member", "permissions": list(permissions)} if permissions else None
    return key.token(claims | organization_claims(membership, "active", is_compact=is_compact), cat=SESSION)


def user_id(who: str) -> str:
    """The id of the user who is called so."""
    return named_id("user", who)
