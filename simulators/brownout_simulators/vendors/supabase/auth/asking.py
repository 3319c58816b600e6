"""What has a code sent: POST /otp, /magiclink, /recover, /resend and GET /reauthenticate."""

from typing import Any

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.auth import codes, flows
from brownout_simulators.vendors.supabase.auth.errors import invalid, refuse
from brownout_simulators.vendors.supabase.auth.signing_up import confirm_email, confirm_phone, send_confirmation
from brownout_simulators.vendors.supabase.auth.users import User
from brownout_simulators.vendors.supabase.auth.work import Work
from brownout_simulators.vendors.supabase.resources import State


def otp(call: Call, account: Account[State]) -> Reply:
    """POST /otp: a code, or a link, to whoever is at that address; a new user where there is none."""
    work = Work(call, account)
    email, phone = work.text("email"), work.text("phone")
    if email and phone:
        raise invalid(call, "Only an email address or phone number should be provided")
    if email and work.text("channel"):
        raise invalid(call, "Channel should only be specified with Phone OTP")
    pkce = flows.wants_pkce(work)
    if not work.flag("create_user", default=True):
        known = work.state.with_email(work.email(email)) if email else None
        known = work.state.with_phone(work.phone(phone)) if phone else known
        if (email or phone) and known is None:
            raise refuse(call, "otp_disabled")
    if email:
        return _magic_link(work, work.email(email), pkce=pkce)
    if phone:
        return _text(work, work.phone(phone))
    raise invalid(call, "One of email or phone must be set")


def magic_link(call: Call, account: Account[State]) -> Reply:
    """POST /magiclink: the older form of the same."""
    work = Work(call, account)
    pkce = flows.wants_pkce(work)
    return _magic_link(work, work.email(work.text("email")), pkce=pkce)


def recover(call: Call, account: Account[State]) -> Reply:
    """POST /recover: a mail that leads to a new password; whether there is such a user is not told."""
    work = Work(call, account)
    if not work.text("email"):
        raise invalid(call, "Password recovery requires an email")
    email = work.email(work.text("email"))
    pkce = flows.wants_pkce(work)
    user = work.state.with_email(email)
    if user is None:
        return work.reply({})
    codes.check_interval(work, user, codes.RECOVERY)
    if pkce:
        flows.begin(work, user, "recovery")
    codes.mail(work, user, codes.RECOVERY, email, "recovery", pkce=pkce)
    return work.reply({})


def resend(call: Call, account: Account[State]) -> Reply:
    """POST /resend: the confirmation of a sign-up or of a change, once more."""
    work = Work(call, account)
    kind, email, phone = work.text("type"), work.text("email"), work.text("phone")
    if kind not in ("signup", "email_change", "sms", "phone_change"):
        raise invalid(call, "Missing one of these types: signup, email_change, sms, phone_change")
    pkce = flows.wants_pkce(work)
    if kind == "signup" and not email:
        raise invalid(call, "Type provided requires an email address")
    if kind == "sms" and not phone:
        raise invalid(call, "Type provided requires a phone number")
    if email and phone:
        raise invalid(call, "Only an email address or phone number should be provided.")
    if not email and not phone:
        raise invalid(call, "Missing email address or phone number")
    user = work.state.with_email(work.email(email)) if email else work.state.with_phone(work.phone(phone))
    if user is None:
        return work.reply({})
    return work.reply(_sent_again(work, user, kind, pkce=pkce))


def _sent_again(work: Work, user: User, kind: str, *, pkce: bool) -> dict[str, Any]:
    if kind == "signup" and not user.is_confirmed:
        send_confirmation(work, user, pkce=pkce)
    elif kind == "email_change" and user.new_email:
        send_email_change(work, user, user.new_email, pkce=pkce)
    elif kind == "sms" and user.phone_confirmed_s is None:
        codes.check_interval(work, user, codes.CONFIRMATION, by_phone=True)
        return {"message_id": codes.text(work, user, codes.CONFIRMATION, user.phone, "signup")}
    elif kind == "phone_change" and user.new_phone:
        codes.check_interval(work, user, codes.PHONE_CHANGE, by_phone=True)
        return {"message_id": codes.text(work, user, codes.PHONE_CHANGE, user.new_phone, "phone_change")}
    return {}


def reauthenticate(call: Call, account: Account[State]) -> Reply:
    """GET /reauthenticate: a code that the user must show again for a new password."""
    work = Work(call, account)
    user, _ = work.caller()
    if not user.email and not user.phone:
        raise invalid(call, "Reauthentication requires the user to have an email or a phone number")
    codes.check_interval(work, user, codes.REAUTHENTICATION, by_phone=not user.email)
    if user.email:
        if not user.is_confirmed:
            raise refuse(call, "email_not_confirmed", "Please verify your email first.", status=422)
        codes.mail(work, user, codes.REAUTHENTICATION, user.email, "reauthentication")
        return work.reply({})
    if user.phone_confirmed_s is None:
        raise refuse(call, "phone_not_confirmed", "Please verify your phone first.", status=422)
    return work.reply({"message_id": codes.text(work, user, codes.REAUTHENTICATION, user.phone, "reauthentication")})


def send_email_change(work: Work, user: User, address: str, *, pkce: bool) -> None:
    """A mail to the new address and, where the project wants it, one to the old."""
    codes.check_interval(work, user, codes.EMAIL_NEW)
    if pkce:
        flows.begin(work, user, "email_change")
    work.state.pend(user, email=address)
    user.email_changes_confirmed = 0
    codes.mail(work, user, codes.EMAIL_NEW, address, "email_change", pkce=pkce)
    if work.setup.secure_email_change and user.email:
        codes.mail(work, user, codes.EMAIL_CURRENT, user.email, "email_change", pkce=pkce)


def _magic_link(work: Work, email: str, *, pkce: bool) -> Reply:
    if not work.setup.email:
        raise refuse(work.call, "email_provider_disabled", "Email logins are disabled", status=422)
    user = work.state.with_email(email)
    if user is None or not user.is_confirmed:
        user = user or _newcomer(work, email=email)
        if not work.setup.autoconfirm:
            send_confirmation(work, user, pkce=pkce)  # which is a magic link itself
            return work.reply({})
        confirm_email(work, user)
    codes.check_interval(work, user, codes.RECOVERY)
    if pkce:
        flows.begin(work, user, "magiclink")
    codes.mail(work, user, codes.RECOVERY, email, "magiclink", pkce=pkce)
    return work.reply({})


def _text(work: Work, phone: str) -> Reply:
    if not work.setup.phone:
        raise refuse(work.call, "phone_provider_disabled", "Unsupported phone provider")
    user = work.state.with_phone(phone)
    is_new = user is None or user.phone_confirmed_s is None
    user = user or _newcomer(work, phone=phone)
    if is_new and work.setup.phone_autoconfirm:
        confirm_phone(work, user)
        is_new = False
    codes.check_interval(work, user, codes.CONFIRMATION, by_phone=True)
    message_id = codes.text(work, user, codes.CONFIRMATION, phone, "sms")
    return work.reply({} if is_new else {"message_id": message_id})


def _newcomer(work: Work, *, email: str = "", phone: str = "") -> User:
    if not work.setup.signup:
        raise refuse(work.call, "signup_disabled")
    # GoTrue draws a password that nobody learns; nobody can tell that from none.
    user = work.new_user(email=email, phone=phone, data=work.mapping("data") or {})
    work.enter(user)
    return user
