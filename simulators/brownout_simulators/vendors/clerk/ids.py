"""Ids as Clerk's: a prefix and 27 characters that begin with the instant (KSUID: seconds since 2014, then 128 bits)."""

from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from brownout_simulators.account import BASE62, Account

_EPOCH_S: Final = 1_400_000_000
_HEAD: Final = 6
"""Characters that the instant decides."""
_TAIL: Final = 21


def new_id(account: Account[Any], prefix: str) -> str:
    """A new one."""
    return f"{prefix}_{_head(int(account.wall_s()))}{account.ids.base62(_TAIL)}"


def named_id(prefix: str, *parts: str) -> str:
    """One that is a function of its parts."""
    number = int.from_bytes(blake2b("\0".join((prefix, *parts)).encode(), digest_size=20).digest())
    return f"{prefix}_2{_digits(number, _HEAD + _TAIL - 1)}"


def hex_id(account: Account[Any], prefix: str) -> str:
    """As machine tokens and API keys have them."""
    return f"{prefix}_{account.ids.hexadecimal(32)}"


@lru_cache(maxsize=64)
def _head(second: int) -> str:
    whole = max(0, second - _EPOCH_S) << 128
    return _digits(whole // 62**_TAIL, _HEAD)


def _digits(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(BASE62[digit])
    return "".join(reversed(digits))
