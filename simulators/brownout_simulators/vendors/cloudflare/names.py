"""Names of hosts: in Punycode, complete, in lower case."""

import re
from functools import lru_cache
from typing import Final

_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
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
    labels = name.split(".")
    first = labels[1:] if labels[0] == "*" and len(labels) > 1 else labels
    return name if len(name) <= LONGEST and all(_LABEL.fullmatch(label) for label in first) else ""


def within(name: str, zone: str) -> bool:
    """Whether a host is the zone's own, or below it."""
    return name == zone or name.endswith(f".{zone}")


def completed(given: str, zone: str) -> str:
    """A record's whole name: `@` and names without the zone are completed; "" for what is none."""
    if given.strip() in {"@", ""}:
        return zone if given.strip() else ""
    name = "*" if given.strip() == "*" else host(given)
    if not name or within(name, zone):
        return name
    whole = f"{name}.{zone}"
    return whole if len(whole) <= LONGEST else ""
