"""Sessions: what a sign-in gives, and what goes with its access token."""

from typing import Any, Final

from brownout_simulators.call import Effect
from brownout_simulators.vendors.supabase.auth import refresh
from brownout_simulators.vendors.supabase.auth.state import Session
from brownout_simulators.vendors.supabase.auth.users import User
from brownout_simulators.vendors.supabase.auth.work import Work
from brownout_simulators.vendors.supabase.signing import signed

AAL2: Final = "aal2"
PREFIX: Final = 5
"""Characters of a refresh token that are told in a header."""


def sign_in(work: Work, user: User, method: str) -> tuple[dict[str, Any], dict[str, str]]:
    """A new session: the body and the headers of the answer."""
    session = Session(work.id(), user.id, work.now_s, method)
    if work.setup.refresh_algorithm == 2:
        session.key = refresh.second_kind_key(work.account.ids)
    work.state.begin_session(user, session)
    value = refresh.first(work.state, session, work.account.ids, work.now_s)
    user.last_sign_in_s = work.now_s
    fields = {"user": user.id, "method": method}
    references = {"email": user.email} if user.email else {}
    work.effects.append(Effect("supabase.session", session.id, references=references, fields=fields))
    return body_of(work, user, session, value), headers_of(user, session, value)


def body_of(work: Work, user: User, session: Session, refresh_token: str) -> dict[str, Any]:
    """The session as a client gets it."""
    lives_s = work.setup.access_token_s
    issued_s = int(work.now_s)
    return {
        "access_token": access_token(work, user, session, issued_s, issued_s + lives_s),
        "token_type": "bearer",
        "expires_in": lives_s,
        "expires_at": issued_s + lives_s,
        "refresh_token": refresh_token,
        "user": user.shown(),
    }


def headers_of(user: User, session: Session, refresh_token: str) -> dict[str, str]:
    """What is told beside."""
    headers = {"sb-auth-user-id": user.id, "sb-auth-session-id": session.id}
    if session.key:
        headers["sb-auth-refresh-token-counter"] = str(session.counter)
    else:
        headers["sb-auth-refresh-token-prefix"] = refresh_token[:PREFIX]
    return headers


def access_token(work: Work, user: User, session: Session, issued_s: int, expires_s: int) -> str:
    """The user's token for every service of the project."""
    proofs = [(session.method, session.created_s), *session.proofs]
    claims = {
        "iss": f"{work.account.base_url}/auth/v1",
        "sub": user.id,
        "aud": user.aud,
        "exp": expires_s,
        "iat": issued_s,
        "email": user.email,
        "phone": user.phone,
        "app_metadata": user.app_metadata,
        "user_metadata": user.user_metadata,
        "role": user.role,
        "aal": session.aal,
        "amr": [{"method": method, "timestamp": int(at_s)} for method, at_s in reversed(proofs)],
        "session_id": session.id,
        "is_anonymous": user.is_anonymous,
    }
    return signed(work.account, claims)
