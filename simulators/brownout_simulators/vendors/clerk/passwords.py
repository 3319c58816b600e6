"""Passwords: which are refused, how they are kept, whether one is right."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any, Final

from brownout_simulators.call import Call
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk.errors import form_error, refuse
from brownout_simulators.vendors.clerk.magic import PWNED
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Object

_HASHERS: Final[Mapping[str, Callable[[bytes], str]]] = {
    "md5": lambda password: hashlib.md5(password, usedforsecurity=False).hexdigest(),
    "sha256": lambda password: hashlib.sha256(password).hexdigest(),
}
"""Digests that a password can be held against here; Clerk knows a dozen more."""
_OWN: Final = "brownout"


def wrong_with(given: Mapping[str, Any]) -> list[Object]:
    """What is wrong with the password, or the digest, that a body holds."""
    password, digest, hasher = (given.get(name) for name in ("password", "password_digest", "password_hasher"))
    if (digest is None) is not (hasher is None):
        absent, present = (
            ("password_hasher", "password_digest") if hasher is None else ("password_digest", "password_hasher")
        )
        return [form_error("form_conditional_param_missing", absent, present)]
    if password is None or given.get("skip_password_checks"):
        return []
    if len(password) < 8:
        return [form_error("form_password_length_too_short", "password")]
    if len(password.encode()) > 72:
        return [form_error("form_password_size_in_bytes_exceeded", "password")]
    return [form_error("form_password_pwned", "password")] if password.lower() in PWNED else []


def keep(account: ClerkAccount, user_id: str, given: Mapping[str, Any]) -> bool:
    """Keep the password or digest that a body holds; False where it holds none."""
    passwords = account.state.passwords
    if given.get("password") is not None:
        passwords[user_id] = f"{_OWN} {_digest(_OWN, user_id, given['password'])}"
    elif given.get("password_digest") is not None:
        passwords[user_id] = f"{given['password_hasher']} {given['password_digest']}"
    else:
        return False
    return True


def check(call: Call, account: ClerkAccount, user: Object) -> None:
    """Whether the body names the password that a user has set; else a refusal."""
    given = take.checked(call, {"password": take.text(4_096)}, "password")
    kept = account.state.passwords.get(user["id"])
    if kept is None:
        raise refuse(call, "no_password_set")
    hasher, _, digest = kept.partition(" ")
    if not hmac.compare_digest(_digest(hasher, user["id"], given["password"]).encode(), digest.encode()):
        raise refuse(call, "incorrect_password")


def _digest(hasher: str, user_id: str, password: str) -> str:
    """Empty, which no digest is, for a hasher that is not known here."""
    said = password.encode(errors="surrogatepass")
    if hasher == _OWN:
        return hashlib.blake2b(said, key=user_id.encode()[:64], digest_size=16).hexdigest()
    known = _HASHERS.get(hasher)
    return "" if known is None else known(said)
