"""One call at work in auth: who calls, what the project's settings are, what the call has done so far."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.supabase.auth.errors import invalid, refuse
from brownout_simulators.vendors.supabase.auth.passwords import hashed
from brownout_simulators.vendors.supabase.auth.state import Session
from brownout_simulators.vendors.supabase.auth.users import Identity, User, references_of
from brownout_simulators.vendors.supabase.gateway import bearer
from brownout_simulators.vendors.supabase.instants import uuid4, uuid_of
from brownout_simulators.vendors.supabase.keys import SERVICE, read_key
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.setup import setup_of
from brownout_simulators.vendors.supabase.signing import claims_in
from brownout_simulators.vendors.supabase.tokens import BadToken

_EMAIL: Final = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9-]+)*", re.IGNORECASE
)
_PHONE: Final = re.compile(r"[1-9][0-9]{1,14}")
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_NESTED: Final = 200
BODY_LIMIT: Final = 1 << 20
"""GoTrue reads no more (supabase/auth internal/api/api.go)."""


class Work:
    """One call. What it does is in `effects` until the reply carries it."""

    def __init__(self, call: Call, account: Account[State]) -> None:
        self.call = call
        self.account = account
        self.state = account.state.auth
        self.setup = setup_of(account).auth
        self.now_s = account.wall_s()
        self.effects: list[Effect] = []
        if len(call.body) > BODY_LIMIT:
            raise refuse(call, "request_entity_too_large")
        if self.state.put_in is not self.setup:
            self.state.put_in = self.setup
            self._put_in_users()

    # -- what was sent --------------------------------------------------------------------------------------------

    def text(self, name: str) -> str:
        """A text of the body; "" where there is none. GoTrue cannot parse a body with something else in its place."""
        value = self._field(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._unparsable(name, value, "string")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false."""
        value = self._field(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._unparsable(name, value, "bool")
        return value

    def mapping(self, name: str) -> dict[str, Any] | None:
        """An object; None where there is none."""
        value = self._field(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._unparsable(name, value, "map[string]interface {}")
        if not depth_fits(value):
            raise refuse(self.call, "bad_json", why="exceeded max depth")
        return dict(value)

    def query(self, name: str) -> str:
        """A parameter of the query; "" without one."""
        return parse_qs(self.call.query).get(name, [""])[0]

    def email(self, text: str) -> str:
        """An address in the form in which it is kept. 400 for what is none."""
        if not text:
            raise invalid(self.call, "An email address is required")
        if len(text) > 255:
            raise invalid(self.call, "An email address is too long")
        if _EMAIL.fullmatch(text) is None:
            raise invalid(self.call, "Unable to validate email address: invalid format")
        return text.lower()

    def phone(self, text: str) -> str:
        """A number without its plus. 400 for what is none."""
        number = text.removeprefix("+").replace(" ", "")
        if _PHONE.fullmatch(number) is None:
            raise invalid(self.call, "Invalid phone number format (E.164 required)")
        return number

    def redirect(self, wanted: str = "") -> str:
        """Where a link leads to in the end: what the caller wants, if it is the site or this machine; else the site."""
        asked = wanted or self.call.headers.get("redirect_to", "") or self.query("redirect_to")
        try:
            host = urlsplit(asked).hostname
            allowed = {urlsplit(self.setup.site_url).hostname, *_LOCAL}
        except ValueError:
            host, allowed = None, set()
        return asked if host is not None and host in allowed else self.setup.site_url

    def _field(self, name: str) -> Any:
        if "" in self.call.data:
            raise refuse(self.call, "bad_json", why="json: cannot unmarshal into Go value")
        return self.call.data.get(name)

    def _unparsable(self, name: str, value: Any, kind: str) -> Exception:
        kinds = {str: "string", bool: "bool", int: "number", float: "number", list: "array", dict: "object"}
        got = kinds.get(type(value), "value")
        why = f"json: cannot unmarshal {got} into Go struct field .{name} of type {kind}"
        return refuse(self.call, "bad_json", why=why)

    # -- who calls ------------------------------------------------------------------------------------------------

    def caller(self) -> tuple[User, Session | None]:
        """The user whose access token it is, and its session."""
        claims = self._claims()
        subject = uuid_of(claims.get("sub"))
        if subject is None:
            raise refuse(self.call, "bad_jwt", "invalid claim: missing sub claim")
        user = self.state.users.get(subject)
        if user is None or user.deleted_s is not None:
            raise refuse(self.call, "user_not_found", "User from sub claim in JWT does not exist", status=403)
        session = None
        if claims.get("session_id"):
            session = self.state.sessions.get(str(claims["session_id"]))
            if session is None:
                raise refuse(self.call, "session_not_found")
        if user.is_banned(self.now_s):
            raise refuse(self.call, "user_banned")
        return user, session

    def require_admin(self) -> None:
        """401 without a token, 403 unless it is the service's."""
        token = bearer(self.call)
        key = read_key(token) if token.startswith("sb_") else None
        role = key.role if key is not None else self._claims().get("role")
        if role not in (SERVICE, "supabase_admin"):
            raise refuse(self.call, "not_admin")

    def _claims(self) -> Mapping[str, Any]:
        token = bearer(self.call)
        if not token:
            raise refuse(self.call, "no_authorization")
        try:
            claims = claims_in(self.account, token)
        except BadToken as bad:
            raise refuse(self.call, "bad_jwt", why=bad.why) from None
        expires_s = claims.get("exp")
        if isinstance(expires_s, int | float) and self.now_s >= expires_s:
            raise refuse(self.call, "bad_jwt", why="token has invalid claims: token is expired")
        return claims

    # -- what is done ---------------------------------------------------------------------------------------------

    def new_user(self, *, email: str = "", phone: str = "", password: str = "", data: Mapping[str, Any]) -> User:
        """A user who is not in the books yet: `enter` does that."""
        user = User(self.id(), self.now_s, self.now_s, email=email, phone=phone, user_metadata=dict(data))
        if password:
            self.set_password(user, password)
        return user

    def enter(self, user: User) -> None:
        """A new user, with an identity for each address and number."""
        for provider, known in (("email", user.email), ("phone", user.phone)):
            if known:
                self.add_identity(user, provider, known, user.user_metadata)
        user.set_providers()
        self.state.add(user)
        fields = {
            "email": user.email,
            "phone": user.phone,
            "role": user.role,
            "provider": user.app_metadata.get("provider", "anonymous"),
        }
        self.effects.append(Effect("supabase.user", user.id, references=references_of(user), fields=fields))

    def add_identity(self, user: User, provider: str, known: str, data: Mapping[str, Any] | None = None) -> None:
        """One more way in which a user is known."""
        about = {**(data or {}), "sub": user.id, provider: known, "email_verified": False, "phone_verified": False}
        user.identities.append(Identity(self.id(), user.id, provider, about, self.now_s, self.now_s))

    def set_password(self, user: User, password: str) -> None:
        """Another password."""
        user.password = hashed(password, self.account.ids.hexadecimal(16))

    def id(self) -> str:
        """A new id."""
        return uuid4(self.account.ids)

    def reply(self, body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
        """JSON, with what was done."""
        raw = orjson.dumps(body) if body is not None else b""
        kind = {"content-type": "application/json"} if body is not None else {}
        return Reply(status, raw, {**kind, **(headers or {})}, effects=tuple(self.effects))

    def _put_in_users(self) -> None:
        """Those of the setup: they were there before the first call, and are nobody's effect."""
        for each in self.setup.users:
            if self.state.with_email(each.email) or self.state.with_phone(each.phone) or each.id in self.state.users:
                continue
            user = self.new_user(email=each.email, phone=each.phone, password=each.password, data=each.user_metadata)
            user.id, user.role = each.id or user.id, each.role
            user.app_metadata.update(each.app_metadata)
            user.email_confirmed_s = self.now_s if each.email else None
            user.phone_confirmed_s = self.now_s if each.phone else None
            self.enter(user)
        self.effects.clear()


def depth_fits(value: Any) -> bool:
    """Whether something is not nested deeper than it can be written out again."""
    layer: Iterable[Any] = [value]
    for _ in range(_NESTED):
        layer = [
            inner
            for each in layer
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not layer:
            return True
    return False
