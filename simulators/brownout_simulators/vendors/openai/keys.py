"""API keys, and what is known by one: its account's label, its organization."""

import hashlib
import re
from functools import lru_cache
from typing import Final

TEST_PREFIX: Final = "sk-test-"
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")
# Keys that OpenAI gives out have its name, in base64, in their middle: one of those has no business here.
_LIVE_MARK: Final = "T3BlbkFJ"


@lru_cache(1_000)
def account_of(authorization: str) -> str:
    """The label of the account that a key opens: a name where the key says one, else a digest. Never the key itself."""
    key = authorization.partition(" ")[2].strip()
    name = key.removeprefix(TEST_PREFIX)
    if name != key and _NAME.fullmatch(name):
        return name
    return f"key-{_digest(key, 8)}"


def test_key(name: str) -> str:
    """The key for a name: the name itself as far as a key can hold it."""
    return TEST_PREFIX + (
        name if _NAME.fullmatch(name) else f"{re.sub('[^A-Za-z0-9]+', '-', name)[:60]}.{_digest(name, 6)}"
    )


def is_live(key: str) -> bool:
    """Whether a key looks as if OpenAI had made it."""
    return _LIVE_MARK in key


@lru_cache(1_000)
def organization_of(account: str) -> str:
    """The organization that an account's keys belong to."""
    return f"org-{_digest(account, 12)}"


def _digest(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=size).hexdigest()
