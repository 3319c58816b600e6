"""Names of hosts: in Punycode, complete, in lower case."""

import re
from functools import lru_cache
from typing import Final

_LABEL: Final = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_HOST: Final = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)*{_LABEL}", re.ASCII)
LONGEST: Final = 253


@lru_cache(maxsize=4_096)
def host(given: str) -> str:
    """A host as it is stored; "" for what is none."""
    name = given.strip().removesuffix(".").lower()
    if not name or len(name) > LONGEST:
        return ""
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError:
            return ""
    return name if len(name) <= LONGEST and _HOST.fullmatch(name) is not None else ""


def within(name: str, zone: str) -> bool:
    """Whether a host is the zone's own, or below it."""
    return name == zone or name.endswith(f".{zone}")


def completed(given: str, zone: str) -> str:
    """A record's whole name: `@` and names without the zone are completed; "" for what is none."""
    bare = given.strip()
    if bare in {"@", ""}:
        return zone if bare else ""
    name = "*" if bare == "*" else host(given)
    if not name or within(name, zone):
        return name
    whole = f"{name}.{zone}"
    return whole if len(whole) <= LONGEST else ""
