"""POST and GET /verify: a code, or a link, in; a session out."""

from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.supabase.auth import codes, flows
from brownout_simulators.vendors.supabase.auth.errors import invalid, refuse
from brownout_simulators.vendors.supabase.auth.sessions import sign_in
from brownout_simulators.vendors.supabase.auth.signing_up import confirm_email, confirm_phone
from brownout_simulators.vendors.supabase.auth.users import User
from brownout_simulators.vendors.supabase.auth.work import Work
from brownout_simulators.vendors.supabase.resources import State

PURPOSES: Final = {
    "signup": (codes.CONFIRMATION,),
    "invite": (codes.CONFIRMATION,),
    "recovery": (codes.RECOVERY,),
    "magiclink": (codes.RECOVERY,),
    "email": (codes.CONFIRMATION, codes.RECOVERY),
    "email_change": (codes.EMAIL_CURRENT, codes.EMAIL_NEW),
    "sms": (codes.CONFIRMATION,),
    "phone_change": (codes.PHONE_CHANGE,),
}
"""What a code of a type was sent for."""
ONE_OF_TWO: Final = "Confirmation link accepted. Please proceed to confirm link sent to the other email"
_BY_PHONE: Final = ("sms", "phone_change")
_FLOW_OF: Final = {
    "signup": "email/signup",
    "invite": "invite",
    "recovery": "recovery",
    "magiclink": "magiclink",
    "email_change": "email_change",
}


def verify(call: Call, account: Account[State]) -> Reply:
    """POST /verify: with the code and where it was sent to, or with its hash from a link."""
    work = Work(call, account)
    kind = _kind(work, work.text("type"))
    code, offered = work.text("token"), work.text("token_hash")
    email, phone = work.text("email"), work.text("phone")
    if bool(code) == bool(offered):
        raise invalid(call, "Verify requires either a token or a token hash")
    if offered:
        if email or phone or work.text("redirect_to"):
            raise invalid(call, "Only the token_hash and type should be provided")
        user, purpose = _by_hash(work, kind, offered)
    elif bool(email) == bool(phone):
        raise invalid(call, "Only an email address or phone number should be provided on verify")
    else:
        user, purpose = _by_code(work, kind, code, work.email(email) if email else work.phone(phone))
    if not _confirm(work, user, kind, purpose):
        return work.reply({"msg": ONE_OF_TWO, "code": "200"})
    body, headers = sign_in(work, user, "otp")
    return work.reply(body, headers=headers)


def follow(call: Call, account: Account[State]) -> Reply:
    """GET /verify: a link from a mail. Leads on to the application, with a session or an error behind the `#`."""
    work = Work(call, account)
    offered, target = work.query("token"), work.redirect()
    kind = _kind(work, work.query("type"))
    if not offered:
        raise invalid(call, "Verify requires a token or a token hash")
    is_pkce = offered.startswith(codes.PKCE)
    try:
        user, purpose = _by_hash(work, kind, offered)
        if not _confirm(work, user, kind, purpose):
            return _lead_on(work, target, {"message": ONE_OF_TWO}, {"message": ONE_OF_TWO} if is_pkce else {})
        if is_pkce:
            method = "email/signup" if purpose == codes.CONFIRMATION and kind == "email" else _FLOW_OF.get(kind, kind)
            return _lead_on(work, target, {}, {"code": flows.hand_out(work, user, method)})
    except Refused as refused:
        return _lead_on(work, target, *_told(refused, is_pkce=is_pkce))
    body, _ = sign_in(work, user, "otp")
    parts = {name: str(body[name]) for name in ("access_token", "expires_at", "expires_in", "refresh_token")}
    return _lead_on(work, target, {**parts, "token_type": "bearer", "type": kind}, {})


def link(work: Work, token_hash: str, kind: str, target: str, key: str) -> str:
    """What a mail's link looks like. On supabase.co the host names the project; here the key in it does."""
    query = urlencode({"token": token_hash, "type": kind, "redirect_to": target, "apikey": key})
    return f"{work.account.base_url}/auth/v1/verify?{query}"


def _kind(work: Work, kind: str) -> str:
    if not kind:
        raise invalid(work.call, "Verify requires a verification type")
    if kind not in PURPOSES:
        raise invalid(work.call, "Unsupported verification type")
    return kind


def _by_hash(work: Work, kind: str, offered: str) -> tuple[User, str]:
    if kind in _BY_PHONE:
        raise invalid(work.call, "Invalid email verification type")
    user = work.state.with_hash(offered)
    purpose = "" if user is None else _purpose(user, kind, offered)
    if user is None or not purpose:
        raise refuse(work.call, "otp_expired", "Email link is invalid or has expired")
    if user.is_banned(work.now_s):
        raise refuse(work.call, "user_banned")
    if codes.is_old(work, user, purpose):
        raise refuse(work.call, "otp_expired", "Email link is invalid or has expired")
    return user, purpose


def _purpose(user: User, kind: str, offered: str) -> str:
    return next((purpose for purpose in PURPOSES[kind] if user.tokens.get(purpose) == offered), "")


def _by_code(work: Work, kind: str, code: str, address: str) -> tuple[User, str]:
    user = _addressed(work, kind, address)
    if user is None:
        raise refuse(work.call, "otp_expired")
    if user.is_banned(work.now_s):
        raise refuse(work.call, "user_banned")
    if kind in _BY_PHONE and work.setup.test_otp.get(address) == code:
        return user, PURPOSES[kind][0]
    offered = codes.token_hash(address, code)
    for purpose in PURPOSES[kind]:
        if codes.is_good(work, user, purpose, offered):
            return user, purpose
    raise refuse(work.call, "otp_expired")


def _addressed(work: Work, kind: str, address: str) -> User | None:
    """Whom a code was sent to; a change's code may have gone to the address that is to be."""
    known = work.state.with_phone(address) if kind in _BY_PHONE else work.state.with_email(address)
    if known is None and kind in ("email_change", "phone_change"):
        return work.state.with_pending(address)
    return known


def _confirm(work: Work, user: User, kind: str, purpose: str) -> bool:
    """What the code says is so; False where only one of two addresses has agreed."""
    if kind == "email_change":
        return _confirm_change(work, user, purpose)
    if kind == "sms":
        confirm_phone(work, user)
        user.is_anonymous = False
    elif kind == "phone_change":
        if user.new_phone:
            change_phone(work, user, user.new_phone)
    else:
        work.state.drop_codes(user)
        if not user.is_confirmed:
            confirm_email(work, user)
    return True


def _confirm_change(work: Work, user: User, purpose: str) -> bool:
    both_needed = work.setup.secure_email_change and not work.setup.autoconfirm and user.email
    if both_needed and user.email_changes_confirmed == 0:
        user.email_changes_confirmed = 1
        work.state.drop_codes(user, purpose)
        return False
    change_email(work, user, user.new_email)
    return True


def change_email(work: Work, user: User, address: str) -> None:
    """The user's address is another from now on."""
    work.state.rename(user, email=address)
    identity = user.identity("email")
    if identity is None:
        work.add_identity(user, "email", address)
        user.set_providers()
    else:
        identity.data["email"] = address
    work.state.pend(user, email="")
    user.email_changes_confirmed, user.is_anonymous = 0, False
    confirm_email(work, user)


def change_phone(work: Work, user: User, number: str) -> None:
    """The user's number is another from now on."""
    work.state.rename(user, phone=number)
    identity = user.identity("phone")
    if identity is None:
        work.add_identity(user, "phone", number)
        user.set_providers()
    else:
        identity.data["phone"] = number
    work.state.pend(user, phone="")
    user.is_anonymous = False
    work.state.drop_codes(user, codes.PHONE_CHANGE)
    confirm_phone(work, user)


_OAUTH_WORDS: Final = {400: "invalid_request", 401: "unauthorized_client", 403: "access_denied", 500: "server_error"}


def _told(refused: Refused, *, is_pkce: bool) -> tuple[dict[str, str], dict[str, str]]:
    """A refusal as a link tells it: behind the `#` and, for PKCE, in the query."""
    body = orjson.loads(refused.reply.body)
    told = {
        "error": _OAUTH_WORDS.get(refused.reply.status, ""),
        "error_code": refused.reply.headers["x-sb-error-code"],
        "error_description": str(body.get("msg", body.get("message", ""))),
    }
    told = {name: text for name, text in told.items() if text}
    return told, told if is_pkce else {}


def _lead_on(work: Work, target: str, fragment: dict[str, str], query: dict[str, str]) -> Reply:
    """303 to the application."""
    parts = urlsplit(target)
    asked = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *query.items()])
    behind = urlencode({**fragment, "sb": ""}) if fragment else ""
    location = urlunsplit((parts.scheme, parts.netloc, parts.path, asked, behind))
    return Reply(303, b"", {"location": location}, effects=tuple(work.effects))
