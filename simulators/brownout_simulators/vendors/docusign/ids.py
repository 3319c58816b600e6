"""GUIDs: drawn ones, and those that follow from a name."""

from hashlib import blake2b
from typing import Any, Final

from brownout_simulators.account import Account

_HEX: Final = frozenset("0123456789abcdef-")


def new_guid(account: Account[Any]) -> str:
    """A random one (version 4)."""
    return _written(account.ids.hexadecimal(32))


def guid_of(*parts: str) -> str:
    """The one that is a function of its parts."""
    return _written(blake2b("\0".join(parts).encode(), digest_size=16).hexdigest())


def is_guid(text: str) -> bool:
    """Whether a text is a GUID as the vendor writes it, in either case."""
    lowered = text.lower()
    return len(text) == 36 and set(lowered) <= _HEX and [len(part) for part in lowered.split("-")] == [8, 4, 4, 4, 12]


def _written(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
