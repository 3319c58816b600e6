"""Which Toxiproxy acts out the faults of links, where the run's own proxies do not, and which faults it can.

The library that drives one is needed only where one is named.
"""

import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from brownout_harness.faults.linked import DOWN, Linked
from brownout_harness.problems import BadInput
from brownout_scenarios.schema import Scenario
from brownout_scenarios.yaml_tree import Path

INSTALLED: Final = "installed"
"""In place of a URL: the one on PATH, started for the run."""
NOTHING_S: Final = 1e-9
"""So long the run's own proxy holds up what it is to see."""
SEEN_BOTH_WAYS: Final = ("latency", "bandwidth", "slicer", DOWN)
SEEN_COMING_DOWN: Final = ("timeout", "reset_peer", "limit_data")
"""What these do to bytes that go up, nobody behind sees: none come."""


@dataclass(frozen=True, slots=True)
class Server:
    """Which Toxiproxy."""

    url: str = ""
    binary: str = ""
    """Of one that the run starts."""

    def command(self, port: int) -> list[str]:
        """Starts it, on that port."""
        return [self.binary, "-host", "127.0.0.1", "-port", str(port)]


def choose(option: str) -> Server:
    """From a URL, or `installed`. Raises `BadInput` where there is none, or one of another machine."""
    try:
        from brownout_harness.wire.driver import BINARY, Driver, WireError, installed_server
    except ModuleNotFoundError as error:
        needs = "--toxiproxy-url needs brownout[wire]: pip install 'brownout[wire]'"
        raise BadInput(f"{needs} (no {error.name} here)") from None
    if option == INSTALLED:
        binary = installed_server()
        if binary is None:
            where = f"no {BINARY} on PATH; `make tools` builds one in .tools"
            raise BadInput(f"--toxiproxy-url {INSTALLED}: {where}, or leave it out")
        return Server(binary=binary)
    driver = Driver(option)
    try:
        driver.version()
    except WireError as error:
        raise BadInput(f"--toxiproxy-url: {error}; start it, or leave it out for the run's own") from None
    return Server(url=driver.url)


def uncounted(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Faults of links that nobody could tell of, were they a Toxiproxy's, by their place in the scenario."""
    cure = "leave --toxiproxy-url out"
    for placed in scenario.placed_faults():
        fault = placed.fault
        if fault.link is None:
            continue
        is_seen = fault.kind in SEEN_BOTH_WAYS or (
            fault.kind in SEEN_COMING_DOWN and fault.rule["stream"] == "downstream"
        )
        if not is_seen:
            yield (*placed.path, fault.kind), f"cannot be counted from behind a Toxiproxy: {cure}"
        elif fault.rule["share"] != 1:
            yield (*placed.path, "share"), f"a Toxiproxy does not tell which connections it has drawn: {cure}"


def witnessed(rules: Iterable[Linked]) -> tuple[Linked, ...]:
    """What the run's own proxy does meanwhile, so as to see what goes over it."""
    return tuple(
        replace(rule, kind="latency", parameters={"fixed_s": NOTHING_S}) for rule in rules if rule.kind != DOWN
    )


def answers(port: int) -> bool:
    """Whether something listens on that port of this machine."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
        return True
    return False
