"""Which names mean this machine alone. A web page can make a browser ask any name; these it cannot make its own."""

import re
from typing import Final

NAMES: Final = frozenset({"localhost", "[::1]"})
_AUTHORITY: Final = re.compile(r"(\[[0-9a-f:.]+\]|[0-9a-z.-]+)(?::[0-9]{1,5})?", re.IGNORECASE | re.ASCII)
_IPV4: Final = re.compile(r"127(?:\.(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}", re.ASCII)
_ORIGIN: Final = re.compile(r"https?://([^/?#@\\\s]+)", re.IGNORECASE | re.ASCII)


def is_loopback(authority: str) -> bool:
    """Whether `host` or `host:port`, as in a Host header, names this machine's loopback: `localhost` (and what is
    below it), 127.0.0.0/8, `[::1]`. Any text may be asked about; what is not such a name is not one."""
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        return False
    name = found[1].lower().removesuffix(".")
    return name in NAMES or name.endswith(".localhost") or _IPV4.fullmatch(name) is not None


def host_of(origin: str) -> str:
    """The `host:port` of an Origin header; empty where it is none (`null`, a file's page)."""
    found = _ORIGIN.fullmatch(origin)
    return found[1] if found else ""
