"""Instants and ids as Supabase's services print them."""

from datetime import UTC, datetime, timedelta
from typing import Final

from brownout_simulators.account import Ids

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_S: Final = 253_402_300_799.0
"""9999-12-31 23:59:59 UTC: beyond, there is no date to print."""


def zulu(wall_s: float) -> str:
    """`2025-10-09T08:53:20.123456Z`, as GoTrue and Storage write it."""
    moment = _EPOCH + timedelta(seconds=min(max(0.0, wall_s), _LAST_S))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond:06d}Z"


def milliseconds(wall_s: float) -> str:
    """`2025-10-09T08:53:20.123Z`, as Realtime tells when something was committed."""
    return zulu(wall_s)[:-4] + "Z"


def uuid4(ids: Ids) -> str:
    """A version 4 UUID from an account's own ids."""
    digits = ids.hexadecimal(32)
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def uuid_of(text: object) -> str | None:
    """A UUID in its usual spelling, from any that PostgreSQL takes with hyphens; None where it is none."""
    if not isinstance(text, str) or len(text) != 36:
        return None
    parts = text.lower().split("-")
    fits = [len(part) for part in parts] == [8, 4, 4, 4, 12] and all(set(part) <= _HEX for part in parts)
    return text.lower() if fits else None


_HEX: Final = frozenset("0123456789abcdef")
