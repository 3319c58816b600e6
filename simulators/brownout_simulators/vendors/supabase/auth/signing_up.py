"""POST /signup: with an address, with a number, or with nothing at all."""

from typing import Any

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.auth import codes, flows
from brownout_simulators.vendors.supabase.auth.errors import invalid, refuse, weak_password
from brownout_simulators.vendors.supabase.auth.passwords import MAX_LENGTH, is_too_long, weaknesses
from brownout_simulators.vendors.supabase.auth.sessions import sign_in
from brownout_simulators.vendors.supabase.auth.users import AUDIENCE, User
from brownout_simulators.vendors.supabase.auth.work import Work
from brownout_simulators.vendors.supabase.instants import zulu
from brownout_simulators.vendors.supabase.resources import State


def sign_up(call: Call, account: Account[State]) -> Reply:
    """A session, where the address need not be confirmed; else the user, and a mail is under way."""
    work = Work(call, account)
    email, phone = work.text("email"), work.text("phone")
    if not email and not phone:
        return _anonymously(work)
    if not work.setup.signup:
        raise refuse(call, "signup_disabled")
    password = work.text("password")
    if not password:
        raise invalid(call, "Signup requires a valid password")
    check_strength(work, password)
    if email and phone:
        raise invalid(call, "Only an email address or phone number should be provided on signup.")
    if phone and work.text("code_challenge"):
        raise invalid(call, "PKCE not supported for phone signups")
    pkce = flows.wants_pkce(work)
    data = work.mapping("data") or {}
    if email:
        return _with_email(work, work.email(email), password, data, pkce=pkce)
    return _with_phone(work, work.phone(phone), password, data)


def check_strength(work: Work, password: str) -> None:
    """400 for one that is too long, 422 for one that is too weak."""
    if is_too_long(password):
        raise invalid(work.call, f"Password cannot be longer than {MAX_LENGTH} characters")
    found = weaknesses(password, work.setup.password_min_length)
    if found:
        raise weak_password(work.call, [reason for reason, _ in found], " ".join(words for _, words in found))


def confirm_email(work: Work, user: User) -> None:
    """The address is the user's: every code that is under way is good no more."""
    user.email_confirmed_s = user.updated_s = work.now_s
    user.user_metadata["email_verified"] = True
    identity = user.identity("email")
    if identity is not None:
        identity.data["email_verified"] = True
        identity.updated_s = work.now_s
    work.state.drop_codes(user)


def confirm_phone(work: Work, user: User) -> None:
    """The number is the user's."""
    user.phone_confirmed_s = user.updated_s = work.now_s
    user.user_metadata["phone_verified"] = True
    identity = user.identity("phone")
    if identity is not None:
        identity.data["phone_verified"] = True
        identity.updated_s = work.now_s
    work.state.drop_codes(user, codes.CONFIRMATION)


def send_confirmation(work: Work, user: User, *, pkce: bool) -> None:
    """A mail that asks to confirm the address."""
    codes.check_interval(work, user, codes.CONFIRMATION)
    if pkce:
        flows.begin(work, user, "email/signup")
    codes.mail(work, user, codes.CONFIRMATION, user.email, "signup", pkce=pkce)


def _anonymously(work: Work) -> Reply:
    if not work.setup.anonymous:
        raise refuse(work.call, "anonymous_provider_disabled")
    if not work.setup.signup:
        raise refuse(work.call, "signup_disabled")
    user = work.new_user(data=work.mapping("data") or {})
    user.is_anonymous = True
    work.enter(user)
    return _session(work, user, "anonymous")


def _with_email(work: Work, email: str, password: str, data: dict[str, Any], *, pkce: bool) -> Reply:
    if not work.setup.email:
        raise refuse(work.call, "email_provider_disabled")
    user = work.state.with_email(email)
    if user is not None and user.is_confirmed:
        return _again(work, "email", data, email=email)
    if user is None:
        user = work.new_user(email=email, password=password, data=data)
        user.user_metadata |= {"email": email, "email_verified": False, "phone_verified": False, "sub": user.id}
        work.enter(user)
    if work.setup.autoconfirm:
        confirm_email(work, user)
        return _session(work, user, "password")
    send_confirmation(work, user, pkce=pkce)
    body = user.shown()
    if user.invited_s is not None:  # somebody else invited them: nothing of theirs is told
        body["user_metadata"], body["identities"] = {}, []
    return work.reply(body)


def _with_phone(work: Work, phone: str, password: str, data: dict[str, Any]) -> Reply:
    if not work.setup.phone:
        raise refuse(work.call, "phone_provider_disabled")
    user = work.state.with_phone(phone)
    if user is not None and user.phone_confirmed_s is not None:
        return _again(work, "phone", data, phone=phone)
    if user is None:
        user = work.new_user(phone=phone, password=password, data=data)
        work.enter(user)
    if work.setup.phone_autoconfirm:
        confirm_phone(work, user)
        return _session(work, user, "password")
    codes.check_interval(work, user, codes.CONFIRMATION, by_phone=True)
    codes.text(work, user, codes.CONFIRMATION, phone, "signup")
    return work.reply(user.shown())


def _again(work: Work, provider: str, data: dict[str, Any], *, email: str = "", phone: str = "") -> Reply:
    """An address that is taken: said so only where signing up would have told it anyway."""
    if work.setup.autoconfirm or work.setup.phone_autoconfirm:
        raise refuse(work.call, "user_already_exists")
    # Made up, so that nobody learns who has an account (supabase/auth internal/api/signup.go, sanitizeUser).
    body = User(work.id(), work.now_s, work.now_s, aud=AUDIENCE, role="", email=email, phone=phone).shown()
    body["confirmation_sent_at"] = zulu(work.now_s)
    body["app_metadata"] = {"provider": provider, "providers": [provider]}
    body["user_metadata"] = data
    return work.reply(body)


def _session(work: Work, user: User, method: str) -> Reply:
    body, headers = sign_in(work, user, method)
    return work.reply(body, headers=headers)
