"""Users as a project holds them: who they are, how they may sign in, what was sent to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from brownout_simulators.vendors.supabase.instants import zulu

AUDIENCE: Final = "authenticated"
_OWN: Final = frozenset({"sub", "email", "phone"})
"""What GoTrue puts into a user's metadata by itself."""


@dataclass(slots=True)
class Identity:
    """One way in which a user is known: by an address, by a number."""

    id: str
    user_id: str
    provider: str
    data: dict[str, Any]
    at_s: float
    """When it was made."""
    updated_s: float

    def shown(self) -> dict[str, Any]:
        """As GoTrue prints it: its own id as `identity_id`, the provider's as `id`."""
        made = zulu(self.at_s)
        body: dict[str, Any] = {
            "identity_id": self.id,
            "id": self.user_id,
            "user_id": self.user_id,
            "identity_data": self.data,
            "provider": self.provider,
            "last_sign_in_at": made,
            "created_at": made,
            "updated_at": zulu(self.updated_s),
        }
        if self.data.get("email"):
            body["email"] = self.data["email"]
        return body


UNVERIFIED: Final = "unverified"
VERIFIED: Final = "verified"


@dataclass(slots=True)
class Factor:
    """A user's authenticator."""

    id: str
    friendly_name: str
    secret: str
    created_s: float
    updated_s: float
    status: str = UNVERIFIED
    last_challenged_s: float | None = None

    def shown(self) -> dict[str, Any]:
        """As GoTrue prints it: without its secret."""
        body = {
            "id": self.id,
            "created_at": zulu(self.created_s),
            "updated_at": zulu(self.updated_s),
            "status": self.status,
            "friendly_name": self.friendly_name,
            "factor_type": "totp",
        }
        _put(body, "last_challenged_at", self.last_challenged_s)
        return body


@dataclass(slots=True)
class User:
    """Instants are seconds since 1970; None where that never happened."""

    id: str
    created_s: float
    updated_s: float
    aud: str = AUDIENCE
    role: str = AUDIENCE
    email: str = ""
    phone: str = ""
    password: str = ""
    """As `passwords.hashed` made it; "" where there is none."""
    email_confirmed_s: float | None = None
    phone_confirmed_s: float | None = None
    invited_s: float | None = None
    last_sign_in_s: float | None = None
    banned_until_s: float | None = None
    deleted_s: float | None = None
    new_email: str = ""
    new_phone: str = ""
    email_changes_confirmed: int = 0
    """How many of the two addresses have agreed to a change."""
    is_anonymous: bool = False
    app_metadata: dict[str, Any] = field(default_factory=dict)
    user_metadata: dict[str, Any] = field(default_factory=dict)
    identities: list[Identity] = field(default_factory=list)
    factors: dict[str, Factor] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    """Hash of the one-time code that was sent, by what it is for (`codes.py`)."""
    sent_s: dict[str, float] = field(default_factory=dict)
    """When the last one was."""
    sessions: dict[str, None] = field(default_factory=dict)
    """Ids of those that have not ended, oldest first."""
    flows: dict[str, str] = field(default_factory=dict)
    """Authorization code of the newest PKCE flow, by what it was begun for."""

    @property
    def is_confirmed(self) -> bool:
        """Whether the address is."""
        return self.email_confirmed_s is not None

    @property
    def has_factor(self) -> bool:
        """Whether there is one that counts."""
        return any(factor.status == VERIFIED for factor in self.factors.values())

    @property
    def confirmed_s(self) -> float | None:
        """When the first of both was confirmed."""
        known = [at_s for at_s in (self.email_confirmed_s, self.phone_confirmed_s) if at_s is not None]
        return min(known, default=None)

    def is_banned(self, now_s: float) -> bool:
        """Whether nobody may sign in as this user now."""
        return self.banned_until_s is not None and now_s < self.banned_until_s

    def identity(self, provider: str) -> Identity | None:
        """The identity of that provider."""
        return next((each for each in self.identities if each.provider == provider), None)

    def set_providers(self) -> None:
        """The list of providers in the metadata, after an identity came or went."""
        providers = list(dict.fromkeys(each.provider for each in self.identities))
        if providers:
            self.app_metadata["provider"] = providers[0]
            self.app_metadata["providers"] = providers

    def shown(self) -> dict[str, Any]:
        """As GoTrue prints it; what never happened is left out."""
        body: dict[str, Any] = {"id": self.id, "aud": self.aud, "role": self.role, "email": self.email}
        _put(body, "email_confirmed_at", self.email_confirmed_s)
        _put(body, "invited_at", self.invited_s)
        body["phone"] = self.phone
        _put(body, "phone_confirmed_at", self.phone_confirmed_s)
        _put(body, "confirmation_sent_at", self.sent_s.get("confirmation"))
        _put(body, "confirmed_at", self.confirmed_s)
        _put(body, "recovery_sent_at", self.sent_s.get("recovery"))
        if self.new_email:
            body["new_email"] = self.new_email
        _put(body, "email_change_sent_at", self.sent_s.get("email_change"))
        if self.new_phone:
            body["new_phone"] = self.new_phone
        _put(body, "phone_change_sent_at", self.sent_s.get("phone_change"))
        _put(body, "reauthentication_sent_at", self.sent_s.get("reauthentication"))
        _put(body, "last_sign_in_at", self.last_sign_in_s)
        body["app_metadata"] = self.app_metadata
        body["user_metadata"] = self.user_metadata
        if self.factors:
            body["factors"] = [factor.shown() for factor in self.factors.values()]
        body["identities"] = [each.shown() for each in self.identities]
        body["created_at"], body["updated_at"] = zulu(self.created_s), zulu(self.updated_s)
        _put(body, "banned_until", self.banned_until_s)
        _put(body, "deleted_at", self.deleted_s)
        body["is_anonymous"] = self.is_anonymous
        return body


def merge(metadata: dict[str, Any], updates: Mapping[str, Any]) -> None:
    """Members are put one by one; a null takes one out."""
    for name, value in updates.items():
        if value is None:
            metadata.pop(name, None)
        else:
            metadata[name] = value


def references_of(user: User) -> dict[str, str]:
    """The caller's own words about a user, by which a ledger finds it again."""
    known = {"email": user.email, "phone": user.phone} | dict(_texts("data", user.user_metadata))
    return {name: text for name, text in known.items() if text}


def _texts(place: str, metadata: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return (
        (f"{place}.{name}", value) for name, value in metadata.items() if isinstance(value, str) and name not in _OWN
    )


def _put(body: dict[str, Any], name: str, at_s: float | None) -> None:
    if at_s is not None:
        body[name] = zulu(at_s)
