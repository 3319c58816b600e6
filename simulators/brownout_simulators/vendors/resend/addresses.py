"""Mail addresses: bare, or with a name before them in angle brackets."""

import re
from functools import lru_cache
from typing import Any, Final

from brownout_simulators.vendors.resend.errors import invalid, missing, refuse

MOST: Final = 50
"""Addresses in one field."""
_LONGEST: Final = 320
_BARE: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_NAMED: Final = re.compile(r"[^<>\r\n]*<([^<>]+)>\s*")
NOT_FOR_TESTS: Final = frozenset({"example.com", "test.com"})
"""Domains that mails of a test bounce at (resend.com/docs, "What email addresses to use for testing?")."""


@lru_cache(maxsize=8_192)
def bare(text: str) -> str:
    """The address in a text, in lower case; empty where it is none. Remembered: the same come again and again."""
    if len(text) > _LONGEST * 2:
        return ""
    named = _NAMED.fullmatch(text)
    address = (named[1] if named is not None else text).strip()
    return address.lower() if len(address) <= _LONGEST and _BARE.fullmatch(address) else ""


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


def recipients(given: Any, field: str) -> list[str]:
    """One address or a list of them, as they were written. Raises `Refused`."""
    if given is None or given == "":
        return []
    found = [given] if isinstance(given, str) else given
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise invalid(f"The `{field}` field must be a `string` or an array of `string`.")
    if len(found) > MOST:
        raise invalid(f"The `{field}` field must have at most {MOST} items.")
    for each in found:
        address = bare(each)
        if not address:
            raise invalid(
                f"Invalid `{field}` field. The email address needs to follow the `email@example.com` or "
                "`Name <email@example.com>` format."
            )
        if domain_of(address) in NOT_FOR_TESTS and field != "reply_to":
            raise invalid(
                f"Invalid `{field}` field. Please use our testing email address instead of domains like `example.com`."
            )
    return found
