"""mitmproxy as a process of ours: started beside the simulators, waited for, and asked at its end what it saw."""

import socket
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from brownout_harness.intercept import program, variables
from brownout_harness.intercept.plan import Plan, Stood
from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.real.ports import free_port
from brownout_harness.real.processes import Child, Processes, json_lines, wait_until
from brownout_harness.real.served import Served
from brownout_simulators.vendors import load_vendor

NAME = "intercept"
START_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Mitm:
    """One that serves."""

    child: Child
    port: int
    authority: Path
    """What whoever goes through it has to trust."""
    door: int
    """The port at which it is taken for the vendor itself."""
    hosts: tuple[str, ...] = ()
    """Those that lead to a simulator."""

    @property
    def url(self) -> str:
        """As `HTTPS_PROXY` has it."""
        return f"http://127.0.0.1:{self.port}"

    def leading(self, environment: Mapping[str, str], stands: Iterable[Served]) -> dict[str, str]:
        """What leads an application through it, and to the keys of these vendors but not to their addresses."""
        keys = (variables.without_addresses(one.environment, one.url) for one in stands)
        return {
            **{name: value for each in keys for name, value in each.items()},
            **variables.leading(self.url, self.authority, self.door, self.hosts, environment),
        }

    def said(self, after: int = 0) -> tuple[list[str], int]:
        """What it has said to people since then, and where to go on."""
        lines, after = json_lines(self.child.output, after=after)
        return [str(line["said"]) for line in lines if "said" in line], after

    def counts(self) -> Mapping[str, int]:
        """Requests by vendor, or by host where it is nobody's; `refused`, `struck`. It must have ended.

        Raises:
            NotJudged: it did not say.
        """
        for line in json_lines(self.child.output)[0]:
            if "counts" in line:
                return dict(line["counts"])
        raise NotJudged("mitmproxy ended without saying what went through it")


def stood(stands: Iterable[Served], further: Mapping[str, Sequence[str]], *, with_routes: bool) -> Iterator[Stood]:
    """These simulators, each in the place of its vendor's real hosts and of the `further` ones."""
    for one in stands:
        vendor = load_vendor(one.vendor)
        routes = tuple(f"{each.method} {each.path}" for each in vendor.routes) if with_routes else ()
        hosts = (*vendor.hosts, *further.get(one.vendor, ()))
        yield Stood(vendor=one.vendor, url=one.url, hosts=hosts, routes=routes)


def start(
    processes: Processes, plan: Plan, *, port: int, folder: Path, environment: Mapping[str, str], cure: str
) -> Mitm:
    """Start it, and wait until it serves. `folder` is for what it makes; `cure` is what to do where the port is taken.

    Raises:
        BadInput: it is not here, or the port is taken.
        NotJudged: it did not start.
    """
    require_free(port, cure)
    folder.mkdir(parents=True, exist_ok=True)
    command, told = program.prepared(
        program.find(environment), plan, port=port, door=free_port(), folder=folder, environment=environment
    )
    child = processes.start(NAME, command, told)
    served: list[dict[str, int]] = wait_until(
        lambda: _serves(child), child, time.monotonic() + START_WITHIN_S, "mitmproxy"
    )
    hosts = tuple(host for one in plan.stood for host in one.hosts if host not in plan.passed)
    return Mitm(child, served[0]["port"], folder / program.AUTHORITY, served[0]["door"], hosts)


def require_free(port: int, cure: str) -> None:
    """Raise `BadInput` where somebody has that port of loopback; `cure` is what to do about it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as whoever listens there says
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise BadInput(f"port {port} is taken; {cure}") from None


def _serves(child: Child) -> list[dict[str, int]]:
    return [line["serves"] for line in json_lines(child.output)[0] if "serves" in line]
