"""What the service's key may do with users: list, make, show, change, delete."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import urlencode

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.auth.errors import invalid, refuse
from brownout_simulators.vendors.supabase.auth.signing_up import check_strength, confirm_email, confirm_phone
from brownout_simulators.vendors.supabase.auth.users import AUDIENCE, User, merge
from brownout_simulators.vendors.supabase.auth.work import Work
from brownout_simulators.vendors.supabase.instants import uuid_of
from brownout_simulators.vendors.supabase.resources import State

PER_PAGE: Final = 50
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_SPAN: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(h|m|s|ms)")
_SPAN_S: Final = {"h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def list_users(call: Call, account: Account[State]) -> Reply:
    """GET /admin/users: newest first; `page` and `per_page` may be there and empty, as the SDKs send them."""
    work = Work(call, account)
    work.require_admin()
    page, per_page = _paged(work, "page", 1), _paged(work, "per_page", PER_PAGE)
    wanted = work.query("filter").lower()
    users: Iterator[User] = work.state.users.newest_first()
    count = len(work.state.users)
    if wanted:
        found = [user for user in users if wanted in user.email or wanted in str(user.user_metadata.get("full_name"))]
        users, count = iter(found), len(found)
    start = max(0, page - 1) * per_page
    shown = [user.shown() for user in islice(users, start, start + per_page)]
    pages = -(-count // per_page) if per_page else 0
    links = [(page + 1, "next")] if pages > page else []
    target = "/auth/v1/admin/users"
    link = ", ".join(
        f'<{target}?{urlencode({"page": number, "per_page": per_page})}>; rel="{relation}"'
        for number, relation in [*links, (pages, "last")]
    )
    return work.reply({"users": shown, "aud": AUDIENCE}, headers={"link": link, "x-total-count": str(count)})


def create(call: Call, account: Account[State]) -> Reply:
    """POST /admin/users: 200, not 201."""
    work = Work(call, account)
    work.require_admin()
    email, phone = work.text("email"), work.text("phone")
    if not email and not phone:
        raise invalid(call, "Cannot create a user without either an email or phone")
    email = work.email(email) if email else ""
    phone = work.phone(phone) if phone else ""
    _check_free(work, None, email, phone)
    user_id = uuid_of(work.text("id")) if work.text("id") else work.id()
    if user_id is None or not user_id.replace("-", "").strip("0"):
        raise invalid(call, "ID must conform to the uuid v4 format")
    if user_id in work.state.users:
        raise refuse(call, "unexpected_failure", "Database error creating new user", status=500)
    banned_until_s = _banned_until(work, None)
    password = work.text("password")
    if password and work.text("password_hash"):
        raise invalid(call, "Only a password or a password hash should be provided")
    user = work.new_user(email=email, phone=phone, password=password, data=work.mapping("user_metadata") or {})
    user.id, user.banned_until_s = user_id, banned_until_s
    user.role = work.text("role") or AUDIENCE
    confirms_email, confirms_phone = work.flag("email_confirm"), work.flag("phone_confirm")
    app_metadata = work.mapping("app_metadata") or {}
    work.enter(user)
    merge(user.app_metadata, app_metadata)
    if confirms_email:
        confirm_email(work, user)
    if confirms_phone:
        confirm_phone(work, user)
    return work.reply(user.shown())


def show(call: Call, account: Account[State]) -> Reply:
    """GET /admin/users/{id}."""
    work = Work(call, account)
    return work.reply(_user(work).shown())


def change(call: Call, account: Account[State]) -> Reply:
    """PUT /admin/users/{id}: at once, with nobody's consent."""
    work = Work(call, account)
    user = _user(work)
    email, phone, password = work.text("email"), work.text("phone"), work.text("password")
    email = work.email(email) if email else ""
    phone = work.phone(phone) if phone else ""
    _check_free(work, user, email, phone)
    user_metadata, app_metadata = work.mapping("user_metadata"), work.mapping("app_metadata")
    confirms_email, confirms_phone = work.flag("email_confirm"), work.flag("phone_confirm")
    role = work.text("role")
    banned_until_s = _banned_until(work, user.banned_until_s)
    if password:
        check_strength(work, password)
        work.set_password(user, password)
        work.state.drop_codes(user)
        work.state.end_sessions(user)
    user.role = role or user.role
    user.banned_until_s = banned_until_s
    _readdress(work, user, email, phone)
    if confirms_email:
        confirm_email(work, user)
    if confirms_phone:
        confirm_phone(work, user)
    merge(user.app_metadata, app_metadata or {})
    merge(user.user_metadata, user_metadata or {})
    user.updated_s = work.now_s
    return work.reply(user.shown())


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /admin/users/{id}: gone, or with `should_soft_delete` kept without a name."""
    work = Work(call, account)
    user = _user(work)
    if not work.flag("should_soft_delete"):
        work.state.remove(user)
        return work.reply({})
    if user.deleted_s is None:
        work.state.end_sessions(user)
        work.state.drop_codes(user)
        work.state.rename(user, email="", phone="")
        user.password, user.deleted_s = "", work.now_s
        user.user_metadata, user.app_metadata, user.identities = {}, {}, []
    return work.reply({})


def _user(work: Work) -> User:
    work.require_admin()
    user_id = uuid_of(work.call.params["id"])
    if user_id is None:
        raise invalid(work.call, "user_id must be an UUID", status=404)
    user = work.state.users.get(user_id)
    if user is None:
        raise refuse(work.call, "user_not_found")
    return user


def _check_free(work: Work, user: User | None, email: str, phone: str) -> None:
    known = work.state.with_email(email) if email else None
    if known is not None and known is not user:
        raise refuse(work.call, "email_exists")
    known = work.state.with_phone(phone) if phone else None
    if known is not None and known is not user:
        raise refuse(work.call, "phone_exists", "Phone number already registered by another user")


def _readdress(work: Work, user: User, email: str, phone: str) -> None:
    for provider, known in (("email", email), ("phone", phone)):
        if not known:
            continue
        identity = user.identity(provider)
        if identity is None:
            work.add_identity(user, provider, known)
        else:
            identity.data[provider] = known
    if email:
        work.state.rename(user, email=email)
    if phone:
        work.state.rename(user, phone=phone)
    if email or phone:
        user.set_providers()


def _banned_until(work: Work, before_s: float | None) -> float | None:
    """`ban_duration`: `none`, or spans as Go writes them: `24h`, `1h30m`."""
    text = work.text("ban_duration")
    if not text:
        return before_s
    if text == "none":
        return None
    spans = _SPAN.findall(text)
    if not spans or "".join(number + unit for number, unit in spans) != text or len(text) > 40:
        raise invalid(work.call, f'invalid format for ban duration: time: invalid duration "{text[:40]}"')
    return work.now_s + sum(float(number) * _SPAN_S[unit] for number, unit in spans)


def _paged(work: Work, name: str, default: int) -> int:
    text = work.query(name)
    if not text:
        return default
    if _NUMBER.fullmatch(text) is None:
        why = f'Bad Pagination Parameters: strconv.ParseUint: parsing "{text[:40]}": invalid syntax'
        raise invalid(work.call, why)
    return int(text)
