"""Factors: a user's authenticator is enrolled, challenged, verified, and a session rises to `aal2` by it.

From supabase/auth internal/api/mfa.go. Factors that are no authenticators (numbers, passkeys) are switched off, as they
are on the platform until somebody switches them on.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.supabase.auth import refresh, totp
from brownout_simulators.vendors.supabase.auth.errors import invalid, refuse
from brownout_simulators.vendors.supabase.auth.sessions import AAL2, body_of, headers_of
from brownout_simulators.vendors.supabase.auth.state import Challenge, Session
from brownout_simulators.vendors.supabase.auth.users import UNVERIFIED, VERIFIED, Factor, User
from brownout_simulators.vendors.supabase.auth.work import Work
from brownout_simulators.vendors.supabase.instants import uuid_of
from brownout_simulators.vendors.supabase.resources import State

_SECRET_DIGITS: Final = 40
_SWITCHED_OFF: Final = {"phone": ("mfa_phone_enroll_not_enabled", "Phone"),
                        "webauthn": ("mfa_webauthn_enroll_not_enabled", "WebAuthn")}  # fmt: skip


def enroll(call: Call, account: Account[State]) -> Reply:
    """POST /factors: an authenticator that counts once it was verified."""
    work = Work(call, account)
    user, session = _caller(work)
    kind, name, issuer = work.text("factor_type"), work.text("friendly_name"), work.text("issuer")
    if kind in _SWITCHED_OFF:
        code, shown = _SWITCHED_OFF[kind]
        raise refuse(call, code, f"MFA enroll is disabled for {shown}")
    if kind != "totp":
        raise invalid(call, "factor_type needs to be totp, phone, or webauthn")
    if not work.setup.mfa_totp:
        raise refuse(call, "mfa_totp_enroll_not_enabled")
    if len(user.factors) >= work.setup.mfa_max_factors:
        raise refuse(call, "too_many_enrolled_mfa_factors")
    if any(factor.friendly_name == name for factor in user.factors.values()):
        message = f'A factor with the friendly name "{name}" for this user already exists'
        raise refuse(call, "mfa_factor_name_conflict", message)
    if user.has_factor and session.aal != AAL2:
        raise refuse(call, "insufficient_aal", "AAL2 required to enroll a new factor", status=403)
    secret = totp.secret_of(bytes.fromhex(work.account.ids.hexadecimal(_SECRET_DIGITS)))
    factor = Factor(work.id(), name, secret, work.now_s, work.now_s)
    user.factors[factor.id] = factor
    uri = totp.uri_of(issuer or urlsplit(work.setup.site_url).netloc, user.email or user.phone, secret)
    shown_totp = {"qr_code": totp.picture_of(uri), "secret": secret, "uri": uri}
    return work.reply({"id": factor.id, "type": "totp", "friendly_name": name, "totp": shown_totp})


def challenge(call: Call, account: Account[State]) -> Reply:
    """POST /factors/{id}/challenge: a code is asked for, and for a while good."""
    work = Work(call, account)
    user, _ = _caller(work)
    factor = _factor(work, user)
    if not work.setup.mfa_totp:
        raise refuse(call, "mfa_totp_verify_not_enabled")
    made = Challenge(work.id(), factor.id, work.now_s)
    work.state.challenges.add(made.id, made, account.clock())
    factor.last_challenged_s = work.now_s
    expires_s = int(work.now_s + work.setup.mfa_challenge_expires_s)
    return work.reply({"id": made.id, "type": "totp", "expires_at": expires_s})


def verify(call: Call, account: Account[State]) -> Reply:
    """POST /factors/{id}/verify: the code is right, and this session is at `aal2`. Those that are not, end."""
    work = Work(call, account)
    user, session = _caller(work)
    factor = _factor(work, user)
    code, challenge_id = work.text("code"), work.text("challenge_id")
    if not work.setup.mfa_totp:
        raise refuse(call, "mfa_totp_verify_not_enabled")
    asked = _challenge(work, factor, challenge_id)
    if not totp.is_good(factor.secret, code, work.now_s):
        raise refuse(call, "mfa_verification_failed")
    asked.is_met = True
    if factor.status == UNVERIFIED:
        factor.status, factor.updated_s = VERIFIED, work.now_s
        user.factors = {each.id: each for each in user.factors.values() if each.status == VERIFIED}
        fields = {"user": user.id, "type": "totp", "name": factor.friendly_name}
        references = {"email": user.email} if user.email else {}
        work.effects.append(Effect("supabase.factor", factor.id, references=references, fields=fields))
    _raise(work, user, session, factor)
    value = refresh.successor(work.state, session, work.account.ids, work.now_s)
    return work.reply(body_of(work, user, session, value), headers=headers_of(user, session, value))


def unenroll(call: Call, account: Account[State]) -> Reply:
    """DELETE /factors/{id}. One that was verified goes only from a session that it has raised."""
    work = Work(call, account)
    user, session = _caller(work)
    factor = _factor(work, user)
    if factor.status == VERIFIED and session.aal != AAL2:
        raise refuse(call, "insufficient_aal", "AAL2 required to unenroll verified factor")
    _drop(work, user, factor)
    return work.reply({"id": factor.id})


def list_of_user(call: Call, account: Account[State]) -> Reply:
    """GET /admin/users/{id}/factors."""
    work = Work(call, account)
    return work.reply([factor.shown() for factor in _administered(work).factors.values()])


def rename(call: Call, account: Account[State]) -> Reply:
    """PUT /admin/users/{id}/factors/{factor}."""
    work = Work(call, account)
    factor = _factor(work, _administered(work), "factor")
    if name := work.text("friendly_name"):
        factor.friendly_name, factor.updated_s = name, work.now_s
    return work.reply(factor.shown())


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /admin/users/{id}/factors/{factor}: for somebody who has lost the device."""
    work = Work(call, account)
    user = _administered(work)
    factor = _factor(work, user, "factor")
    _drop(work, user, factor)
    return work.reply(factor.shown())


def _caller(work: Work) -> tuple[User, Session]:
    user, session = work.caller()
    if session is None:
        raise refuse(work.call, "unexpected_failure", "A valid session and a registered user are required to enroll")
    return user, session


def _administered(work: Work) -> User:
    work.require_admin()
    user_id = uuid_of(work.call.params["id"])
    if user_id is None:
        raise invalid(work.call, "user_id must be an UUID", status=404)
    user = work.state.users.get(user_id)
    if user is None:
        raise refuse(work.call, "user_not_found")
    return user


def _factor(work: Work, user: User, name: str = "id") -> Factor:
    factor_id = uuid_of(work.call.params[name])
    if factor_id is None:
        raise invalid(work.call, "factor_id must be an UUID", status=404)
    factor = user.factors.get(factor_id)
    if factor is None:
        raise refuse(work.call, "mfa_factor_not_found")
    return factor


def _challenge(work: Work, factor: Factor, challenge_id: str) -> Challenge:
    found = work.state.challenges.get(challenge_id)
    if found is None or found.factor_id != factor.id:
        message = "MFA factor with the provided challenge ID not found"
        raise refuse(work.call, "mfa_factor_not_found", message, status=422)
    if found.is_met:  # ambiguous, so as not to tell that it was met
        raise refuse(work.call, "mfa_ip_address_mismatch")
    if work.now_s >= found.created_s + work.setup.mfa_challenge_expires_s:
        work.state.challenges.remove(challenge_id)
        message = (
            f"MFA challenge {challenge_id} has expired, verify against another challenge or create a new challenge."
        )
        raise refuse(work.call, "mfa_challenge_expired", message)
    return found


def _raise(work: Work, user: User, session: Session, factor: Factor) -> None:
    session.aal, session.factor_id = AAL2, factor.id
    session.proofs = [proof for proof in session.proofs if proof[0] != "totp"] + [("totp", work.now_s)]
    for other in list(work.state.sessions_of(user)):
        if other.aal != AAL2:
            work.state.end_sessions(user, only=other.id)


def _drop(work: Work, user: User, factor: Factor) -> None:
    """A factor goes, and what it has raised sinks. Its tokens say what they said until they are renewed."""
    del user.factors[factor.id]
    for session in work.state.sessions_of(user):
        if session.factor_id == factor.id:
            session.aal, session.factor_id = "aal1", ""
            session.proofs = [proof for proof in session.proofs if proof[0] != "totp"]
    if factor.status == VERIFIED:
        fields: dict[str, Any] = {"user": user.id, "type": "totp", "name": factor.friendly_name}
        references = {"email": user.email} if user.email else {}
        work.effects.append(Effect("supabase.factor_deleted", factor.id, references=references, fields=fields))
