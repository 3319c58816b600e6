"""One-time codes: sent by mail or text message, kept as a hash, good once and for a while.

What is really sent is in the ledger as `supabase.email` and `supabase.sms`, without the code: whoever reads the ledger
shall not be able to sign in. A test finds a code in one of three ways: an address with the tag `+otp-123456` always
gets 123456, `auth.test_otp` names numbers with theirs (as GoTrue's own setting does), and `POST /admin/generate_link`
answers with the code instead of sending it.
"""

import hashlib
import re
from typing import Final

from brownout_simulators.call import Effect
from brownout_simulators.vendors.supabase.auth.errors import refuse
from brownout_simulators.vendors.supabase.auth.users import User
from brownout_simulators.vendors.supabase.auth.work import Work

CONFIRMATION: Final = "confirmation"
RECOVERY: Final = "recovery"
EMAIL_CURRENT: Final = "email_change_current"
EMAIL_NEW: Final = "email_change_new"
PHONE_CHANGE: Final = "phone_change"
REAUTHENTICATION: Final = "reauthentication"
PKCE: Final = "pkce_"
"""Before the hash of a code that was asked for with a code challenge."""

_TAG: Final = re.compile(r"[^@]*\+otp-([0-9]{6,10})@")
_WHEN: Final = {EMAIL_CURRENT: "email_change", EMAIL_NEW: "email_change"}


def token_hash(address: str, code: str) -> str:
    """What is kept of a code, and travels in links (supabase/auth internal/crypto)."""
    return hashlib.sha224(f"{address}{code}".encode("utf-8", "replace")).hexdigest()


def new_code(work: Work, address: str) -> str:
    """The next code for an address or a number."""
    fixed = work.setup.test_otp.get(address)
    if fixed is None and (tag := _TAG.match(address)) is not None:
        fixed = tag[1]
    length = work.setup.otp_length
    return fixed if fixed is not None else f"{work.account.random.randrange(10**length):0{length}d}"


def keep(work: Work, user: User, purpose: str, address: str, *, pkce: bool = False) -> tuple[str, str]:
    """A new code for a purpose, in place of the one before; returns the code and its hash."""
    code = new_code(work, address)
    kept = (PKCE if pkce else "") + token_hash(address, code)
    work.state.put_code(user, purpose, kept)
    user.sent_s[_WHEN.get(purpose, purpose)] = work.now_s
    return code, kept


def check_interval(work: Work, user: User, purpose: str, *, by_phone: bool = False) -> None:
    """429 where the last one was sent only just now."""
    sent_s = user.sent_s.get(_WHEN.get(purpose, purpose))
    if sent_s is None or sent_s + work.setup.mail_interval_s <= work.now_s:
        return
    left = int(sent_s + work.setup.mail_interval_s - work.now_s)
    code = "over_sms_send_rate_limit" if by_phone else "over_email_send_rate_limit"
    raise refuse(work.call, code, f"For security purposes, you can only request this after {left} seconds.")


def mail(work: Work, user: User, purpose: str, address: str, kind: str, *, pkce: bool = False) -> None:
    """Send a code by mail; `kind` is GoTrue's name of the template."""
    keep(work, user, purpose, address, pkce=pkce)
    fields = {"to": address, "kind": kind, "user": user.id}
    work.effects.append(Effect("supabase.email", work.id(), references={"to": address}, fields=fields))


def text(work: Work, user: User, purpose: str, number: str, kind: str) -> str:
    """Send a code by text message; returns the message's id. A number of `test_otp` gets none."""
    keep(work, user, purpose, number)
    if number in work.setup.test_otp:
        return "test-otp"
    message_id = work.id()
    fields = {"to": number, "kind": kind, "user": user.id}
    work.effects.append(Effect("supabase.sms", message_id, references={"to": number}, fields=fields))
    return message_id


def is_good(work: Work, user: User, purpose: str, offered: str) -> bool:
    """Whether a hash is that of the user's code for a purpose, and not too old."""
    kept = user.tokens.get(purpose)
    return kept is not None and kept in (offered, PKCE + offered) and not is_old(work, user, purpose)


def is_old(work: Work, user: User, purpose: str) -> bool:
    """Whether the code for a purpose was sent too long ago."""
    sent_s = user.sent_s.get(_WHEN.get(purpose, purpose))
    return sent_s is None or work.now_s > sent_s + work.setup.otp_expires_s
