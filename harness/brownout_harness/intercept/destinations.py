"""Where a request goes: to the simulator that stands in for its host, on to where it was meant for, or nowhere.

Safe without being told anything: what is no vendor's host and no address of this machine is refused.
"""

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from brownout_harness.intercept.plan import Stood
from brownout_scenarios.loopback import is_loopback


class Address(NamedTuple):
    """A host and a port, as they are dialled."""

    host: str
    port: int

    @property
    def text(self) -> str:
        """`localhost:9000`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ToVendor:
    """A simulator answers."""

    stood: Stood
    address: Address


@dataclass(frozen=True, slots=True)
class Passed:
    """It goes where it was meant for."""

    address: Address


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is dialled."""

    why: str


Destination = ToVendor | Passed | Refused

_CURE: Final = "only the vendors' hosts and this machine's own addresses are let through"


class Destinations:
    """All of them, known beforehand."""

    def __init__(self, stood: Iterable[Stood], passed: Iterable[str] = ()) -> None:
        self._passed = frozenset(_plain(host) for host in passed)
        self._stood = tuple(ToVendor(each, _address_of(each.url)) for each in stood)

    def of(self, host: str, port: int) -> Destination:
        """The destination of a request for that host. A name is never looked up."""
        asked = Address(_plain(host), port)
        if asked.host in self._passed:
            return Passed(asked)
        for each in self._stood:
            if asked == each.address or any(fnmatch.fnmatchcase(asked.host, name) for name in each.stood.hosts):
                return each
        if is_loopback(asked.host):
            return Passed(asked)
        return Refused(f"{asked.host} is refused: {_CURE}")

    def may_dial(self, host: str, port: int) -> bool:
        """Whether a connection may be made there, whoever came to want it."""
        to = self.of(host, port)
        return isinstance(to, Passed) or (isinstance(to, ToVendor) and to.address == (_plain(host), port))


def _plain(host: str) -> str:
    return host.lower().strip("[]").removesuffix(".")


def _address_of(url: str) -> Address:
    parts = urlsplit(url)
    return Address(parts.hostname or "", parts.port or 80)
