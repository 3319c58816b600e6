"""What auth holds of a project: users, their sessions, their refresh tokens, the flows that were begun."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from brownout_simulators.store import Store
from brownout_simulators.vendors.supabase.auth.users import User

USERS_LIMIT: Final = 50_000
SESSIONS_LIMIT: Final = 100_000
TOKENS_LIMIT: Final = 200_000
FLOWS_LIMIT: Final = 10_000
CHALLENGES_LIMIT: Final = 10_000


@dataclass(slots=True)
class Session:
    """A sign-in that has not ended."""

    id: str
    user_id: str
    created_s: float
    method: str
    """How the user signed in: `password`, `otp`, `magiclink`, `anonymous`, …"""
    refreshed_s: float | None = None
    active: list[str] = field(default_factory=list)
    """Refresh tokens that have not been used, oldest first: one, or a few where a used one was used again in time."""
    is_revoked: bool = False
    """The family was revoked: no refresh token of it is good any more."""
    key: str = ""
    """What its refresh tokens of the second kind are signed with; "" where it has those of the first."""
    counter: int = 0
    aal: str = "aal1"
    factor_id: str = ""
    """By which it rose to `aal2`."""
    proofs: list[tuple[str, float]] = field(default_factory=list)
    """What was shown besides the sign-in itself: (method, seconds since 1970)."""


@dataclass(slots=True)
class Challenge:
    """A code of a factor that was asked for."""

    id: str
    factor_id: str
    created_s: float
    is_met: bool = False


@dataclass(slots=True)
class RefreshToken:
    """One of the first kind: opaque, used once, and then the parent of the next."""

    value: str
    session_id: str
    parent: str = ""
    is_used: bool = False
    updated_s: float = 0.0


@dataclass(slots=True)
class Flow:
    """A PKCE flow: begun with a challenge, ended with its verifier."""

    code: str
    user_id: str
    method: str
    challenge: str
    challenge_method: str
    created_s: float
    issued_s: float | None = None
    """When its code was handed out."""


class AuthState:
    """Everything is found by id, address, number or hash."""

    __slots__ = (
        "by_email",
        "by_hash",
        "by_pending",
        "by_phone",
        "challenges",
        "flows",
        "put_in",
        "sessions",
        "tokens",
        "users",
    )

    def __init__(self) -> None:
        self.users: Store[User] = Store(USERS_LIMIT, on_forgotten=lambda _id, user: self._left(user))
        self.sessions: Store[Session] = Store(SESSIONS_LIMIT, on_forgotten=lambda _id, session: self._ended(session))
        self.tokens: Store[RefreshToken] = Store(TOKENS_LIMIT, is_settled=lambda token: token.is_used)
        self.flows: Store[Flow] = Store(FLOWS_LIMIT)
        self.challenges: Store[Challenge] = Store(CHALLENGES_LIMIT)
        self.by_email: dict[str, str] = {}
        self.by_phone: dict[str, str] = {}
        self.by_hash: dict[str, str] = {}
        """Hash of a one-time code to the id of the user whom it was sent to."""
        self.by_pending: dict[str, str] = {}
        """Address or number that is to be, to the id of the user whose it is to be."""
        self.put_in: object = None
        """The setup whose users are in."""

    def stores(self) -> Mapping[str, Store[Any]]:
        """What is counted."""
        return {"user": self.users, "session": self.sessions}

    def add(self, user: User) -> None:
        """A new user, whose id, address and number nobody else has."""
        self.users.add(user.id, user)
        self.index(user)

    def index(self, user: User) -> None:
        """Find a user by the address and the number that they have now."""
        if user.email:
            self.by_email[user.email] = user.id
        if user.phone:
            self.by_phone[user.phone] = user.id

    def rename(self, user: User, *, email: str | None = None, phone: str | None = None) -> None:
        """Another address, another number; "" for none."""
        if email is not None:
            self.by_email.pop(user.email, None)
            user.email = email
        if phone is not None:
            self.by_phone.pop(user.phone, None)
            user.phone = phone
        self.index(user)

    def remove(self, user: User) -> None:
        """A user who is deleted, with all sessions."""
        self.end_sessions(user)
        self.users.remove(user.id)
        self._left(user)

    def with_email(self, email: str) -> User | None:
        """The user of an address, which is in lower case."""
        return self.users.get(self.by_email.get(email, ""))

    def with_phone(self, phone: str) -> User | None:
        """The user of a number, which has no plus."""
        return self.users.get(self.by_phone.get(phone, ""))

    def with_hash(self, token_hash: str) -> User | None:
        """The user to whom a code was sent."""
        return self.users.get(self.by_hash.get(token_hash, ""))

    def with_pending(self, known: str) -> User | None:
        """The user who has asked for this address or number, and has not confirmed it."""
        return self.users.get(self.by_pending.get(known, ""))

    def pend(self, user: User, *, email: str | None = None, phone: str | None = None) -> None:
        """The user asks for another address, another number; "" for no more."""
        if email is not None:
            self.by_pending.pop(user.new_email, None)
            user.new_email = email
        if phone is not None:
            self.by_pending.pop(user.new_phone, None)
            user.new_phone = phone
        for known in (user.new_email, user.new_phone):
            if known:
                self.by_pending[known] = user.id

    def put_code(self, user: User, purpose: str, token_hash: str) -> None:
        """A code was sent: the one before it, for the same purpose, is good no more."""
        self.by_hash.pop(user.tokens.pop(purpose, ""), None)
        user.tokens[purpose] = token_hash
        self.by_hash[token_hash] = user.id

    def drop_codes(self, user: User, *purposes: str) -> None:
        """Codes that are good no more; all of them where none is named."""
        for purpose in purposes or tuple(user.tokens):
            self.by_hash.pop(user.tokens.pop(purpose, ""), None)

    def begin_session(self, user: User, session: Session) -> None:
        """Somebody has signed in."""
        self.sessions.add(session.id, session)
        user.sessions[session.id] = None

    def end_sessions(self, user: User, *, only: str = "", keep: str = "") -> None:
        """End one session of a user, or all, or all but one."""
        for session_id in [only] if only else list(user.sessions):
            if session_id == keep:
                continue
            session = self.sessions.remove(session_id)
            if session is not None:
                self._ended(session)

    def sessions_of(self, user: User) -> Iterator[Session]:
        """Those that have not ended, oldest first."""
        found = (self.sessions.get(session_id) for session_id in user.sessions)
        return (session for session in found if session is not None)

    def _ended(self, session: Session) -> None:
        user = self.users.get(session.user_id)
        if user is not None:
            user.sessions.pop(session.id, None)
        for value in session.active:
            self.tokens.remove(value)

    def _left(self, user: User) -> None:
        for known, key in ((self.by_email, user.email), (self.by_phone, user.phone)):
            if known.get(key) == user.id:
                del known[key]
        self.pend(user, email="", phone="")
        self.drop_codes(user)
        for code in user.flows.values():
            self.flows.remove(code)
