"""POST /invite and POST /admin/generate_link: the service asks somebody in, or asks for the link itself."""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.auth import codes
from brownout_simulators.vendors.supabase.auth.errors import invalid, refuse
from brownout_simulators.vendors.supabase.auth.signing_up import check_strength
from brownout_simulators.vendors.supabase.auth.users import User, merge
from brownout_simulators.vendors.supabase.auth.verifying import link
from brownout_simulators.vendors.supabase.auth.work import Work
from brownout_simulators.vendors.supabase.keys import publishable_key
from brownout_simulators.vendors.supabase.resources import State

_PURPOSES: Final = {
    "signup": codes.CONFIRMATION,
    "invite": codes.CONFIRMATION,
    "magiclink": codes.RECOVERY,
    "recovery": codes.RECOVERY,
    "email_change_current": codes.EMAIL_CURRENT,
    "email_change_new": codes.EMAIL_NEW,
}


def invite(call: Call, account: Account[State]) -> Reply:
    """POST /invite: a user who has never been here, and a mail to them."""
    work = Work(call, account)
    work.require_admin()
    user = _invited(work, work.email(work.text("email")), work.mapping("data") or {})
    codes.mail(work, user, codes.CONFIRMATION, user.email, "invite")
    return work.reply(user.shown())


def generate_link(call: Call, account: Account[State]) -> Reply:
    """POST /admin/generate_link: the link that a mail would carry, its code and its hash; no mail is sent."""
    work = Work(call, account)
    work.require_admin()
    email, kind, data = work.email(work.text("email")), work.text("type"), work.mapping("data") or {}
    if kind not in _PURPOSES:
        raise invalid(call, f"Invalid email action link type requested: {kind[:40]}")
    user = work.state.with_email(email)
    if user is None and kind in ("recovery", "email_change_current", "email_change_new"):
        raise refuse(call, "user_not_found", "User with this email not found")
    if user is None and kind == "magiclink":
        kind = "signup"
        user = _newcomer(work, email, "", data)
    if kind == "signup":
        user = _signed_up(work, user, email, data)
    elif kind == "invite":
        user = _invited(work, email, data)
    assert user is not None  # noqa: S101  (every kind has made sure of one)
    address = _changing(work, user, kind) if kind.startswith("email_change") else email
    code, kept = codes.keep(work, user, _PURPOSES[kind], address)
    target = work.redirect(work.text("redirect_to"))
    followed = "email_change" if kind.startswith("email_change") else kind
    return work.reply(
        {
            **user.shown(),
            "action_link": link(work, kept, followed, target, publishable_key(account.name)),
            "email_otp": code,
            "hashed_token": kept,
            "verification_type": kind,
            "redirect_to": target,
        }
    )


def _invited(work: Work, email: str, data: dict[str, Any]) -> User:
    user = work.state.with_email(email)
    if user is not None and user.is_confirmed:
        raise refuse(work.call, "email_exists")
    user = user or _newcomer(work, email, "", data)
    user.invited_s = work.now_s
    return user


def _signed_up(work: Work, user: User | None, email: str, data: dict[str, Any]) -> User:
    if user is None:
        password = work.text("password")
        if not password:
            raise invalid(work.call, "Signup requires a valid password")
        check_strength(work, password)
        return _newcomer(work, email, password, data)
    if user.is_confirmed:
        raise refuse(work.call, "email_exists")
    merge(user.user_metadata, data)
    return user


def _newcomer(work: Work, email: str, password: str, data: dict[str, Any]) -> User:
    user = work.new_user(email=email, password=password, data=data)
    work.enter(user)
    return user


def _changing(work: Work, user: User, kind: str) -> str:
    """Begin to change an address; returns the one that the code is for."""
    if kind == "email_change_current" and not work.setup.secure_email_change:
        raise invalid(work.call, "Enable secure email change to generate link for current email")
    address = work.email(work.text("new_email"))
    known = work.state.with_email(address)
    if known is not None and known is not user:
        raise refuse(work.call, "email_exists")
    work.state.pend(user, email=address)
    user.email_changes_confirmed = 0
    return user.email if kind == "email_change_current" else address
