"""Ids as ULIDs, and instants as text."""

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from brownout_simulators.account import Account

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = [first + second for first in _CROCKFORD for second in _CROCKFORD]


def new_id(account: Account[Any], prefix: str) -> str:
    """A prefix and a ULID: 48 bits of milliseconds, 80 of randomness."""
    milliseconds = int(account.wall_s() * 1000) & (2**48 - 1)
    return f"{prefix}_{_instant(milliseconds)}{crockford(int(account.ids.hexadecimal(20), 16), 16)}"


@lru_cache(maxsize=64)
def _instant(milliseconds: int) -> str:
    """Many ids are made within one."""
    return crockford(milliseconds, 10)


def derived_id(prefix: str, *parts: str) -> str:
    """An id of the same form that is a function of its parts."""
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=16).digest()
    return f"{prefix}_{crockford(int.from_bytes(digest), 26)}"


def crockford(number: int, length: int) -> str:
    """The last `length` digits of a number in Crockford's base 32."""
    pairs = [_PAIRS[(number >> shift) & 1023] for shift in range(10 * ((length - 1) // 2), -1, -10)]
    return "".join(pairs)[-length:]


@lru_cache(maxsize=1024)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def rfc3339(wall_s: float) -> str:
    """UTC with milliseconds."""
    milliseconds = int(wall_s * 1000)
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"
