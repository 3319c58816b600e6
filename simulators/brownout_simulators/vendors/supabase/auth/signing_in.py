"""POST /token: a password, a refresh token or a PKCE code in, a session out."""

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.auth import refresh
from brownout_simulators.vendors.supabase.auth.errors import invalid, oauth_error, refuse
from brownout_simulators.vendors.supabase.auth.flows import exchange
from brownout_simulators.vendors.supabase.auth.passwords import matches
from brownout_simulators.vendors.supabase.auth.sessions import body_of, headers_of, sign_in
from brownout_simulators.vendors.supabase.auth.work import Work
from brownout_simulators.vendors.supabase.resources import State


def token(call: Call, account: Account[State]) -> Reply:
    """By what the query says is granted."""
    work = Work(call, account)
    grant = work.query("grant_type")
    if grant == "password":
        return _password(call, work)
    if grant == "refresh_token":
        return _refresh(call, work)
    if grant == "pkce":
        return exchange(call, work)
    raise refuse(call, "invalid_credentials", "unsupported_grant_type")


def _password(call: Call, work: Work) -> Reply:
    email, phone = work.text("email"), work.text("phone")
    if email and phone:
        raise invalid(call, "Only an email address or phone number should be provided on login.")
    if not email and not phone:
        raise invalid(call, "missing email or phone")
    if not (work.setup.email if email else work.setup.phone):
        code = "email_provider_disabled" if email else "phone_provider_disabled"
        raise refuse(call, code, f"{'Email' if email else 'Phone'} logins are disabled", status=422)
    if email:
        user = work.state.with_email(email.lower())
    else:
        user = work.state.with_phone(phone.removeprefix("+").replace(" ", ""))
    if user is None or not user.password:
        raise refuse(call, "invalid_credentials")
    if user.is_banned(work.now_s):
        raise refuse(call, "user_banned", status=400)
    if not matches(work.text("password"), user.password):
        raise refuse(call, "invalid_credentials")
    if email and not user.is_confirmed:
        raise refuse(call, "email_not_confirmed")
    if phone and user.phone_confirmed_s is None:
        raise refuse(call, "phone_not_confirmed")
    body, headers = sign_in(work, user, "password")
    return work.reply(body, headers=headers)


def _refresh(call: Call, work: Work) -> Reply:
    value = work.text("refresh_token")
    if not value:
        return oauth_error("invalid_request", "refresh_token required")
    session = refresh.session_of(work.state, value)
    user = None if session is None else work.state.users.get(session.user_id)
    if session is not None and user is not None and user.is_banned(work.now_s):
        raise refuse(call, "user_banned", "Invalid Refresh Token: User Banned", status=400)
    found = refresh.refresh(work.state, value, work.setup, work.account.ids, work.now_s)
    if isinstance(found, refresh.Refusal):
        why = "Invalid Refresh Token: Not Issued By This Server" if found.code == refresh.NOT_OURS else ""
        refused = refuse(call, found.code, why)
        if found.ended is not None:
            refused.reply.headers["sb-auth-refresh-token-rotated"] = "true"
        raise refused
    if user is None:
        raise refuse(call, refresh.NOT_FOUND)
    headers = headers_of(user, found.session, found.value)
    headers["sb-auth-refresh-token-reuse"] = "true" if found.is_reuse else "false"
    if found.causes:
        headers["sb-auth-refresh-token-reuse-cause"] = found.causes
    return work.reply(body_of(work, user, found.session, found.value), headers=headers)
