"""Where a proxy listens, and what it leads to: this machine only, whoever asks."""

import re
from typing import Final, NamedTuple

from brownout_scenarios.loopback import is_loopback
from brownout_simulators.spelling import shown

_ADDRESS: Final = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<name>[^\[\]:/@\s]*)):(?P<port>[0-9]{1,5})")
LAST_PORT: Final = 65535


class AddressError(ValueError):
    """No address, or none of this machine; the message says what to write."""


class Address(NamedTuple):
    """A host on loopback, as an IP address, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address(text: str, what: str, *, first_port: int = 1) -> Address:
    """Read `host:port`; `what` is how messages call it, `first_port` 0 where any free port will do.

    Raises:
        AddressError: it is none, or not on loopback.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None or not first_port <= int(found["port"]) <= LAST_PORT:
        raise AddressError(f"{what} is no address: write 127.0.0.1:PORT, got {shown(text)}")
    host = found["six"] or found["name"]
    if not is_loopback(host):
        where = f"aims at {host}" if host else "is every interface"
        raise AddressError(f"{what} {where}, not this machine: only loopback (127.0.0.1:PORT, [::1]:PORT) is allowed")
    if host.lower().startswith("localhost"):
        host = "127.0.0.1"
    return Address(host, int(found["port"]))
