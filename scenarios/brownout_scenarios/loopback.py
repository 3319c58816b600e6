"""Which addresses are this machine's own: load and faults are aimed at no other."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

# What a client connects to is what stands before the port, and nothing may stand around it: urlsplit alone takes
# "[::1].evil.com" for ::1.
_AUTHORITY: Final = re.compile(r"(?:[^@/\\\s]*@)?(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<name>[^\[\]:@/\\\s]+))(?::[0-9]+)?")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's loopback. Only `localhost` is trusted as a name."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in {"localhost", "localhost."}


def host_of(url: str) -> str:
    """The host of an address, as a client reads it; empty where it has none or is none."""
    try:
        parts = urlsplit(url)
        found = _AUTHORITY.fullmatch(parts.netloc)
        if found is None or (parts.port == 0):  # asking for the port checks it
            return ""
    except ValueError:
        return ""
    return (found["six"] or found["name"]).lower()
