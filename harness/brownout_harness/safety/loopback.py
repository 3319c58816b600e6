"""Load and faults are aimed at this machine only: whether an address is loopback."""

import ipaddress
from urllib.parse import urlsplit

from brownout_harness.problems import BadInput


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's loopback. Only `localhost` is trusted as a name."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def require_loopback(url: str, what: str, schemes: tuple[str, ...] = ("http",)) -> str:
    """The URL without a trailing slash, if it is one and aims at loopback.

    Raises:
        BadInput: it does not; the message names the host alone, because a URL may hold a password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in schemes or not host or port == 0:
        wanted = " or ".join(f"{scheme}://127.0.0.1:PORT" for scheme in schemes)
        raise BadInput(f"{what} is not an address that can be used: write {wanted}")
    if not is_loopback(host):
        raise BadInput(f"{what} aims at {host}, which is not this machine: only loopback (127.0.0.1, ::1) is allowed")
    return url.rstrip("/")
