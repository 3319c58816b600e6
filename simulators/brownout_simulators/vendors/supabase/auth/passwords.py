"""Passwords: how strong they must be, and how they are kept.

GoTrue hashes with bcrypt, which costs a tenth of a second a time on purpose; a simulator that is asked thousands of
times a second keeps a salted BLAKE2 instead. Neither keeps the password itself.
"""

import hashlib
import hmac
from typing import Final

MAX_LENGTH: Final = 72
"""Bytes: bcrypt reads no further, so GoTrue takes no longer ones."""


def hashed(password: str, salt: str) -> str:
    """What is kept of a password."""
    digest = hashlib.blake2b(password.encode("utf-8", "replace"), digest_size=16, salt=bytes.fromhex(salt)).hexdigest()
    return f"{salt}${digest}"


def matches(password: str, kept: str) -> bool:
    """Whether this is the password that was kept."""
    salt, _, _ = kept.partition("$")
    return bool(kept) and hmac.compare_digest(hashed(password, salt), kept)


def is_too_long(password: str) -> bool:
    """Whether GoTrue refuses to look at it."""
    return len(password.encode("utf-8", "replace")) > MAX_LENGTH


def weaknesses(password: str, minimum: int) -> list[tuple[str, str]]:
    """(reason, words) for each rule that it breaks."""
    if len(password.encode("utf-8", "replace")) < minimum:
        return [("length", f"Password should be at least {minimum} characters.")]
    return []
