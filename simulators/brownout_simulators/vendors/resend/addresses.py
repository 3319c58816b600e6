"""Mail addresses: bare, or with a name before them in angle brackets."""

import re
from functools import lru_cache
from typing import Any, Final

from brownout_simulators.vendors.resend.errors import invalid, missing, refuse

MOST: Final = 50
"""Addresses in one field."""
_LONGEST: Final = 320
_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
_NAMED: Final = re.compile(r"[^<>\r\n]*<([^<>]+)>\s*")
_TEXTS: Final = {str}
NOT_FOR_TESTS: Final = frozenset({"example.com", "test.com"})
"""Domains that mails of a test bounce at (resend.com/docs, "What email addresses to use for testing?")."""


@lru_cache(maxsize=1_024)
def bare(text: str) -> str:
    """The address in a text, in lower case; empty where it is none. Remembered: senders come again and again."""
    return _bare(text)


def _bare(text: str) -> str:
    if len(text) > _LONGEST * 2:
        return ""
    named = _NAMED.fullmatch(text) if "<" in text else None
    address = (named[1] if named is not None else text).strip()
    local_part, _, domain = address.rpartition("@")
    is_one = len(address) <= _LONGEST and _LOCAL_PART.fullmatch(local_part) is not None and _is_domain(domain)
    return address.lower() if is_one else ""


@lru_cache(maxsize=4_096)
def _is_domain(text: str) -> bool:
    """Remembered: many write to few."""
    return _DOMAIN.fullmatch(text) is not None


def domain_of(address: str) -> str:
    """What is behind the sign; of a bare one."""
    return address.rpartition("@")[2]


def local_part_of(address: str) -> str:
    """What is before it, without what follows a plus."""
    return address.partition("@")[0].partition("+")[0]


def sender(given: Any) -> str:
    """`from`, as it was written. Raises `Refused`."""
    if given is None or given == "":
        raise missing("from")
    if not isinstance(given, str) or not bare(given):
        raise refuse("invalid_from_address")
    return given


def recipients(given: Any, field: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """One address or a list of them, as they were written, and bare. Raises `Refused`."""
    if given is None or given == "":
        return (), ()
    found = [given] if isinstance(given, str) else given
    if not isinstance(found, list) or not {*map(type, found)} <= _TEXTS:
        raise invalid(f"The `{field}` field must be a `string` or an array of `string`.")
    if len(found) > MOST:
        raise invalid(f"The `{field}` field must have at most {MOST} items.")
    written = tuple(found)
    addresses = tuple(map(_bare, written))
    for address in addresses:
        if not address:
            raise invalid(
                f"Invalid `{field}` field. The email address needs to follow the `email@example.com` or "
                "`Name <email@example.com>` format."
            )
        if domain_of(address) in NOT_FOR_TESTS and field != "reply_to":
            raise invalid(
                f"Invalid `{field}` field. Please use our testing email address instead of domains like `example.com`."
            )
    return written, written if addresses == written else addresses
