"""What load from another machine may be aimed at: the machine that it joined, which somebody named there by hand.

Everything else in Brownout stays on loopback (`loopback.py`). A worker that joins from another machine cannot: the
application is on the master's. So it may ask the very address that it was told to join, where that is a private one.
"""

import ipaddress
from typing import Final

from brownout_harness.problems import BadInput
from brownout_scenarios.loopback import host_of, is_loopback

FORM: Final = "HOST:PORT"


def private_address(text: str, option: str) -> tuple[str, int]:
    """Host and port of `10.0.0.5:5557` or `[fd00::5]:5557`: a number, no name, of this machine or of a private network.

    Raises:
        BadInput: it is not; `option` says where it was written.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise BadInput(f"{option} {text} is no address: write {FORM}")
    host = host.removeprefix("[").removesuffix("]")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise BadInput(
            f"{option} {host} is a name, which may come to mean another machine: write its address"
        ) from None
    if address.is_unspecified or address.is_multicast or not address.is_private:
        raise BadInput(
            f"{option} {host} is no address of this machine or of a private network, which load does not leave"
        )
    return host, int(port)


def is_reachable(url: str, joined: str) -> bool:
    """Whether a worker that joined at the address `joined` may ask there: on its own machine, or on that one."""
    host = host_of(url)
    if not host or is_loopback(host):
        return bool(host)
    try:
        return ipaddress.ip_address(host) == ipaddress.ip_address(joined)
    except ValueError:
        return False
