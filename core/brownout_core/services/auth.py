"""Who somebody is, whoever keeps the accounts.

    session = await auth.verify(token, operation_id="order-7")     # no request, once the keys are held
    user = await auth.user(session.user_id, operation_id="order-7")

Of a token that is refused no more is told than why: `TokenMalformed`, `TokenKeyUnknown`, `TokenForged`,
`TokenExpired`, `TokenNotYetValid`, `TokenPartyRefused`. None of them says anything about the vendor's health. Where the
keys cannot be had, and none that is held is the token's, `verify` raises what asking for them came to: whether the
token is good is then not known, and nobody is to be told that it is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from brownout_core.errors import BrownoutError


class TokenRefused(BrownoutError):
    """A token that nobody is let in with. Never quotes it."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TokenMalformed(TokenRefused):
    """No session token at all: another algorithm, another kind, or not readable."""


class TokenKeyUnknown(TokenRefused):
    """Signed, it says, with a key that the vendor does not publish."""


class TokenForged(TokenRefused):
    """Its signature is not that of the key that it names."""


class TokenExpired(TokenRefused):
    """It was good once."""


class TokenNotYetValid(TokenRefused):
    """Its time has not come: it is from the future, or its clock is ahead."""


class TokenPartyRefused(TokenRefused):
    """It was made for another application."""


class ActiveOrganization(NamedTuple):
    """What somebody acts for."""

    id: str
    slug: str
    role: str
    """As the vendor writes it: `org:admin`."""
    permissions: Sequence[str]
    """`org:notes:write`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is signed in, as his token says."""

    user_id: str
    session_id: str
    status: str
    """`active`, or `pending` while something is still asked of him."""
    issued_s: float
    expires_s: float
    """Wall-clock seconds."""
    organization: ActiveOrganization | None
    claims: Mapping[str, Any] = field(repr=False)
    """All that the token says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody with an account."""

    id: str
    external_id: str
    """The application's own id for him; empty where there is none."""
    email_address: str
    """The primary one; empty where there is none."""
    first_name: str
    last_name: str
    banned: bool
    operation_id: str
    """The operation that made him, as far as it is stored."""
    public_metadata: Mapping[str, Any] = field(repr=False)


class Organization(NamedTuple):
    """What users belong to."""

    id: str
    slug: str
    name: str


class Membership(NamedTuple):
    """That a user belongs to an organization."""

    id: str
    organization: Organization
    user_id: str
    role: str


class AuthService(Protocol):
    """What the adapters of such vendors have in common."""

    async def verify(self, token: str, *, operation_id: str) -> Session:
        """Who is signed in with this token. Raises `TokenRefused`, or what asking for the vendor's keys came to."""
        ...

    async def user(self, user_id: str, *, operation_id: str) -> User:
        """One by the vendor's id."""
        ...

    async def find_user(self, external_id: str, *, operation_id: str) -> User | None:
        """The one with the application's own id."""
        ...

    async def create_user(
        self, *, operation_id: str, external_id: str, email_address: str, first_name: str = "", last_name: str = ""
    ) -> User:
        """A new one; the one that this operation has made already, where it is asked again."""
        ...

    async def organization(self, organization: str, *, operation_id: str) -> Organization:
        """One by id or slug."""
        ...

    async def create_organization(self, *, operation_id: str, slug: str, name: str) -> Organization:
        """A new one, with nobody in it. Refused where the slug is taken."""
        ...

    async def join(self, user_id: str, organization_id: str, role: str, *, operation_id: str) -> Membership:
        """Make a user a member. Refused where he is one, whatever his role."""
        ...

    async def memberships(self, user_id: str, *, operation_id: str) -> Sequence[Membership]:
        """All that a user belongs to."""
        ...
