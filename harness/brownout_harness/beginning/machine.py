"""What Brownout needs of a machine: what is there, what wants it, and how to get what is not."""

import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from brownout_harness.intercept import program
from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.real.ports import free_port
from brownout_harness.safety.live_keys import refuse_live_keys
from brownout_simulators.vendors import VENDORS, load_vendor

OLDEST: Final = (3, 11)
CORES: Final = 2
"""Of a real run: the load, the target and the vendors want one each, and share."""
PROGRAMS: Final[Mapping[str, tuple[str, str]]] = {
    "redis-server": ("real runs at more than some 400 requests a second", "Debian: apt-get install redis-server"),
}
"""By name: what wants it, and how to get it. None of them is needed to begin with."""
PACKAGES: Final[Mapping[str, str]] = {
    "locust": "load in real runs",
    "polars": "run folders and verdicts",
    "matplotlib": "reports",
    "fakeredis": "real runs without a redis-server",
}
"""By name: what wants it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for."""

    what: str
    is_there: bool
    is_needed: bool
    """Without it nothing runs."""
    found: str
    cure: str = ""
    """Where it is not there."""


def findings(environment: Mapping[str, str] = os.environ, path: str | None = None) -> Iterator[Finding]:
    """All of them; what is needed first. `path` is where programs are looked for instead of the environment's."""
    yield _python(sys.version_info[:2])
    yield _loopback()
    yield _folder(Path.cwd())
    yield _live_keys(environment)
    yield from _packages()
    yield _cores(os.cpu_count() or 1)
    yield _ports(VENDORS)
    for name, (wanted_by, cure) in PROGRAMS.items():
        there = shutil.which(name, path=path)
        yield Finding(name, there is not None, False, there or f"not on PATH; wanted for {wanted_by}", cure)
    yield _mitmproxy(path)


def _mitmproxy(path: str | None) -> Finding:
    try:
        found = program.find(os.environ if path is None else {"PATH": path})
    except BadInput:
        cure = "make tools, or pipx install mitmproxy"
        return Finding("mitmproxy", False, False, "not here; wanted for brownout intercept", cure)
    return Finding("mitmproxy", True, False, found)


def _python(at: tuple[int, int]) -> Finding:
    oldest = ".".join(map(str, OLDEST))
    return Finding("Python", at >= OLDEST, True, platform.python_version(), f"Brownout needs Python {oldest} or newer")


def _loopback() -> Finding:
    try:
        port = free_port()
        with socket.create_server(("127.0.0.1", port)) as server, socket.create_connection(server.getsockname(), 2):
            pass
    except (OSError, NotJudged) as error:
        return Finding(
            "loopback", False, True, str(error), "allow this user to listen on 127.0.0.1: vendors are served there"
        )
    return Finding("loopback", True, True, "127.0.0.1 can be listened on")


def _folder(folder: Path) -> Finding:
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".brownout-"):
            pass
    except OSError as error:
        return Finding("this folder", False, True, f"{error.strerror}", "run where you may write, or say --out")
    return Finding("this folder", True, True, "run folders can be written")


def _live_keys(environment: Mapping[str, str]) -> Finding:
    try:
        refuse_live_keys(environment, [])
    except BadInput as error:
        return Finding("environment", False, True, str(error), "unset it: with a live key nothing is run")
    return Finding("environment", True, True, "no live key in it")


def _packages() -> Iterator[Finding]:
    for name, wanted_by in PACKAGES.items():
        try:
            yield Finding(name, True, False, version(name))
        except PackageNotFoundError:
            yield Finding(name, False, False, f"not installed; wanted for {wanted_by}", "pip install 'brownout[run]'")


def _cores(count: int) -> Finding:
    cure = "virtual time needs one; a real run may be inconclusive for want of time"
    return Finding("cores", count >= CORES, False, str(count), cure)


def _ports(vendors: Sequence[str] | Mapping[str, object]) -> Finding:
    taken = [f"{load_vendor(name).port} ({name})" for name in vendors if _is_taken(load_vendor(name).port)]
    found = f"taken: {', '.join(taken)}" if taken else f"free: those of all {len(list(vendors))} vendors"
    return Finding("ports of `up`", not taken, False, found, "end what uses them, or say brownout up --port-base 0")


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
