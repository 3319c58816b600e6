"""Load and faults are aimed at this machine only."""

from urllib.parse import urlsplit

from brownout_harness.problems import BadInput
from brownout_scenarios.loopback import host_of, is_loopback


def require_loopback(url: str, what: str, schemes: tuple[str, ...] = ("http",)) -> str:
    """The URL without a trailing slash, if it is one and aims at loopback.

    Raises:
        BadInput: it does not; the message names the host alone, because a URL may hold a password.
    """
    host = host_of(url)
    if not host or urlsplit(url).scheme not in schemes:
        wanted = " or ".join(f"{scheme}://127.0.0.1:PORT" for scheme in schemes)
        raise BadInput(f"{what} is not an address that can be used: write {wanted}")
    if not is_loopback(host):
        raise BadInput(f"{what} aims at {host}, which is not this machine: only loopback (127.0.0.1, ::1) is allowed")
    return url.rstrip("/")
