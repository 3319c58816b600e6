"""What a user does with their own account: GET and PUT /user, POST /logout, DELETE /user/identities/{id}."""

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.auth import codes, flows
from brownout_simulators.vendors.supabase.auth.asking import send_email_change
from brownout_simulators.vendors.supabase.auth.errors import invalid, refuse
from brownout_simulators.vendors.supabase.auth.passwords import matches
from brownout_simulators.vendors.supabase.auth.sessions import AAL2
from brownout_simulators.vendors.supabase.auth.signing_up import check_strength
from brownout_simulators.vendors.supabase.auth.state import Session
from brownout_simulators.vendors.supabase.auth.users import User, merge
from brownout_simulators.vendors.supabase.auth.verifying import change_email, change_phone
from brownout_simulators.vendors.supabase.auth.work import Work
from brownout_simulators.vendors.supabase.instants import uuid_of
from brownout_simulators.vendors.supabase.resources import State


def show(call: Call, account: Account[State]) -> Reply:
    """GET /user."""
    work = Work(call, account)
    user, _ = work.caller()
    return work.reply(user.shown())


def change(call: Call, account: Account[State]) -> Reply:
    """PUT /user: metadata at once, a password at once, an address or a number once it is confirmed."""
    work = Work(call, account)
    user, session = work.caller()
    email, phone, password = work.text("email"), work.text("phone"), work.text("password")
    data = work.mapping("data")
    email = work.email(email) if email else ""
    phone = work.phone(phone) if phone else ""
    if password:
        check_strength(work, password)
    if work.mapping("app_metadata") is not None:
        raise refuse(call, "not_admin", "Updating app_metadata requires admin privileges")
    if user.is_anonymous and password and not email and not phone:
        why = "Updating password of an anonymous user without an email or phone is not allowed"
        raise invalid(call, why, status=422)
    if user.has_factor and session is not None and session.aal != AAL2 and _is_sensitive(user, email, phone, password):
        message = "AAL2 session is required to update email or password when MFA is enabled."
        raise refuse(call, "insufficient_aal", message, status=401)
    _check_free(work, user, email, phone)
    pkce = flows.wants_pkce(work)
    if password:
        _change_password(work, user, session, password)
    if data is not None:
        merge(user.user_metadata, data)
    _change_address(work, user, email, phone, pkce=pkce)
    user.updated_s = work.now_s
    return work.reply(user.shown())


def _is_sensitive(user: User, email: str, phone: str, password: str) -> bool:
    return bool(password) or (bool(email) and email != user.email) or (bool(phone) and phone != user.phone)


def log_out(call: Call, account: Account[State]) -> Reply:
    """POST /logout: everywhere, here, or everywhere else. Access tokens that are out are refused from now on, too."""
    work = Work(call, account)
    user, session = work.caller()
    scope = work.query("scope") or "global"
    if scope not in ("global", "local", "others"):
        raise invalid(call, f'Unsupported logout scope "{scope}"')
    if session is None or scope == "global":
        work.state.end_sessions(user)
    elif scope == "local":
        work.state.end_sessions(user, only=session.id)
    else:
        work.state.end_sessions(user, keep=session.id)
    return work.reply(None, status=204)


def unlink(call: Call, account: Account[State]) -> Reply:
    """DELETE /user/identities/{id}: one way of signing in less; never the last."""
    work = Work(call, account)
    user, _ = work.caller()
    wanted = uuid_of(call.params["id"])
    if wanted is None:
        raise invalid(call, "identity_id must be an UUID", status=404)
    if len(user.identities) <= 1:
        raise refuse(call, "single_identity_not_deletable")
    gone = next((each for each in user.identities if each.id == wanted), None)
    if gone is None:
        raise refuse(call, "identity_not_found")
    user.identities.remove(gone)
    if gone.provider == "phone":
        work.state.rename(user, phone="")
        user.phone_confirmed_s = None
    elif gone.provider == "email":
        work.state.rename(user, email="")
        user.email_confirmed_s = None
    user.set_providers()
    user.updated_s = work.now_s
    return work.reply({})


def _check_free(work: Work, user: User, email: str, phone: str) -> None:
    if email and email != user.email and work.state.with_email(email) is not None:
        raise refuse(work.call, "email_exists")
    if phone and phone != user.phone and work.state.with_phone(phone) is not None:
        raise refuse(work.call, "phone_exists")


def _change_password(work: Work, user: User, session: Session | None, password: str) -> None:
    """Every other session of the user ends, and every code that was sent."""
    nonce = work.text("nonce")
    if nonce:
        offered = codes.token_hash(user.email or user.phone, nonce)
        if not codes.is_good(work, user, codes.REAUTHENTICATION, offered):
            raise refuse(work.call, "reauthentication_not_valid")
    if user.password and matches(password, user.password):
        raise refuse(work.call, "same_password")
    work.set_password(user, password)
    work.state.drop_codes(user)
    user.sent_s.clear()
    work.state.end_sessions(user, keep=session.id if session is not None else "")


def _change_address(work: Work, user: User, email: str, phone: str, *, pkce: bool) -> None:
    if email and email != user.email:
        if user.is_anonymous and work.setup.autoconfirm:
            change_email(work, user, email)
        else:
            send_email_change(work, user, email, pkce=pkce)
    if phone and phone != user.phone:
        if work.setup.phone_autoconfirm:
            change_phone(work, user, phone)
        else:
            codes.check_interval(work, user, codes.PHONE_CHANGE, by_phone=True)
            work.state.pend(user, phone=phone)
            codes.text(work, user, codes.PHONE_CHANGE, phone, "phone_change")
