"""Refresh tokens: each is used once. What happens when one is used again (supabase/auth internal/tokens/service.go).

| used again                                       | answer                                                  |
| ------------------------------------------------ | ------------------------------------------------------- |
| the direct parent of the one that is active      | the active one: the client had failed to save it        |
| an older one, within the reuse interval          | a new one (first kind), the active one (second kind)    |
| an older one, later                              | 400; with rotation the whole family is good no more     |

Tokens of the first kind are opaque, and each is kept. Those of the second are a session, a counter and a signature:
nothing of them is kept but the counter.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from brownout_simulators.account import Ids
from brownout_simulators.vendors.supabase.auth.setup import AuthSetup
from brownout_simulators.vendors.supabase.auth.state import AuthState, RefreshToken, Session

ALREADY_USED: Final = "refresh_token_already_used"
NOT_FOUND: Final = "refresh_token_not_found"
NOT_OURS: Final = "validation_failed"
ACTIVE_LIMIT: Final = 16
_SIGNATURE: Final = 16
_CHECKSUM: Final = 4
_LEAST: Final = 1 + 16 + 1 + _SIGNATURE + _CHECKSUM
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The token buys nothing. What else that did is done."""

    code: str
    ended: Session | None = None
    """The session that ended with it."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What a refresh token buys."""

    session: Session
    value: str
    is_reuse: bool = False
    causes: str = ""
    """Why a used one was good, where the service says so."""


def first(state: AuthState, session: Session, ids: Ids, now_s: float) -> str:
    """The first refresh token of a new session."""
    if session.key:
        return _signed(session)
    return _opaque(state, session, ids, "", now_s)


def successor(state: AuthState, session: Session, ids: Ids, now_s: float) -> str:
    """The next one of a session that has risen: the active one is used by that, and is the parent of this."""
    session.refreshed_s = now_s
    if session.key:
        session.counter += 1
        return _signed(session)
    used = state.tokens.get(session.active.pop()) if session.active else None
    if used is None:
        return _opaque(state, session, ids, "", now_s)
    used.is_used, used.updated_s = True, now_s
    return _opaque(state, session, ids, used.value, now_s)


def second_kind_key(ids: Ids) -> str:
    """What a session signs its tokens of the second kind with."""
    return ids.hexadecimal(64)


def session_of(state: AuthState, value: str) -> Session | None:
    """The session that a refresh token belongs to, used or not."""
    counted = _counter_of(value)
    if counted is not None:
        return state.sessions.get(counted[0])
    token = state.tokens.get(value)
    return None if token is None else state.sessions.get(token.session_id)


def refresh(state: AuthState, value: str, setup: AuthSetup, ids: Ids, now_s: float) -> Issued | Refusal:
    """Use a refresh token."""
    counted = _counter_of(value)
    if counted is not None:
        session = state.sessions.get(counted[0])
        if session is None or not session.key or not _is_signed(value, session):
            return Refusal(NOT_FOUND)
        return _count(state, session, counted[1], setup, now_s)
    token = state.tokens.get(value)
    session = None if token is None else state.sessions.get(token.session_id)
    if token is None or session is None:
        return Refusal(NOT_FOUND)
    return _swap(state, session, token, setup=setup, ids=ids, now_s=now_s)


def _swap(
    state: AuthState, session: Session, token: RefreshToken, *, setup: AuthSetup, ids: Ids, now_s: float
) -> Issued | Refusal:
    """The first kind."""
    if session.is_revoked:
        return Refusal(ALREADY_USED)
    if token.is_used:
        newest = state.tokens.get(session.active[-1]) if session.active else None
        if newest is not None and newest.parent == token.value:
            return Issued(session, newest.value, is_reuse=True)
        if now_s > token.updated_s + setup.refresh_reuse_s:
            if setup.refresh_rotation:
                session.is_revoked = True
                session.active.clear()
            return Refusal(ALREADY_USED)
    else:
        token.is_used = True
        token.updated_s = now_s
        if token.value in session.active:
            session.active.remove(token.value)
    session.refreshed_s = now_s
    return Issued(session, _opaque(state, session, ids, token.value, now_s))


def _opaque(state: AuthState, session: Session, ids: Ids, parent: str, now_s: float) -> str:
    digits = ids.hexadecimal(24)
    value = "".join(_ALPHABET[int(digits[place : place + 2], 16) % 32] for place in range(0, 24, 2))
    state.tokens.put(value, RefreshToken(value, session.id, parent, updated_s=now_s))
    session.active.append(value)
    del session.active[:-ACTIVE_LIMIT]
    return value


def _count(state: AuthState, session: Session, counter: int, setup: AuthSetup, now_s: float) -> Issued | Refusal:
    """The second kind."""
    behind = session.counter - counter
    if behind < 0:
        return Refusal(NOT_OURS)
    causes = []
    if behind == 0:
        session.counter += 1
    else:
        last_s = session.created_s if session.refreshed_s is None else session.refreshed_s
        causes += ["concurrent-refresh"] if abs(now_s - last_s) < setup.refresh_reuse_s else []
        causes += ["fail-to-save"] if behind == 1 else []
        if not causes:
            user = state.users.get(session.user_id)
            if not setup.refresh_rotation or user is None:
                return Refusal(ALREADY_USED)
            state.end_sessions(user, only=session.id)
            return Refusal(ALREADY_USED, session)
    session.refreshed_s = now_s
    return Issued(session, _signed(session), is_reuse=behind > 0, causes=",".join(causes))


def _signed(session: Session) -> str:
    """Version, session, counter, signature, checksum (supabase/auth internal/crypto/refresh_tokens.go)."""
    head = b"\0" + bytes.fromhex(session.id.replace("-", "")) + _uvarint(session.counter)
    body = head + _signature(head, session)
    return base64.urlsafe_b64encode(body + hashlib.sha256(body).digest()[:_CHECKSUM]).decode().rstrip("=")


def _signature(head: bytes, session: Session) -> bytes:
    return hmac.digest(bytes.fromhex(session.key), head, "sha256")[:_SIGNATURE]


def _is_signed(value: str, session: Session) -> bool:
    body = _decoded(value)[:-_CHECKSUM]
    return hmac.compare_digest(body[-_SIGNATURE:], _signature(body[:-_SIGNATURE], session))


def _counter_of(value: str) -> tuple[str, int] | None:
    """(session, counter) of a token of the second kind; None for what is none."""
    raw = _decoded(value)
    if len(raw) < _LEAST or raw[0] or hashlib.sha256(raw[:-_CHECKSUM]).digest()[:_CHECKSUM] != raw[-_CHECKSUM:]:
        return None
    digits = raw[1:17].hex()
    counter, shift = 0, 0
    for byte in raw[17 : -_SIGNATURE - _CHECKSUM]:
        counter |= (byte & 0x7F) << shift
        shift += 7
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])), counter


def _decoded(value: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except ValueError:
        return b""


def _uvarint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
