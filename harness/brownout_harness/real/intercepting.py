"""The simulators behind a proxy, for an application that cannot be pointed at them: `brownout intercept`."""

import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from brownout_harness.intercept.plan import Plan
from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.real import mitm, served, up
from brownout_harness.real.env_forms import ENV_FORMS
from brownout_harness.real.http_json import NoAnswer, call
from brownout_harness.real.mitm import Mitm
from brownout_harness.real.processes import Processes, pause
from brownout_harness.real.served import Served
from brownout_harness.safety.live_keys import refuse_live_keys
from brownout_harness.safety.loopback import require_loopback
from brownout_simulators.vendors import VENDORS

PORT: Final = 12180
DEFAULT_FORM: Final = "bash"
TAKEN: Final = "end what uses it, or choose another with --port"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be intercepted, and how."""

    vendors: Sequence[str] = ()
    at: Sequence[str] = ()
    """Addresses of simulators that serve already; then none is started."""
    port: int = PORT
    seed: int = 0
    hosts: Mapping[str, Sequence[str]]
    """By vendor, further names that lead to it."""
    passed: Sequence[str] = ()
    """Hosts of other machines that requests may really go to."""
    faults: Sequence[Mapping[str, Any]] = ()
    """Of vendors, as their control API takes them."""
    rules: Sequence[Mapping[str, Any]] = ()
    """For what is passed on."""
    record: Path | None = None


def serve(console: Console, wanted: Wanted, *, env: str | None = None) -> None:
    """Start everything, print what leads an application through it, pass on what is said, until interrupted. `env` is
    the form of what is printed, one of `ENV_FORMS`, with nothing beside it.

    Raises:
        BadInput: a vendor, an address or a file that cannot be, a port that is taken, no mitmproxy, a live key.
        NotJudged: what was started ended by itself.
    """
    refuse_live_keys(os.environ, [*wanted.vendors, *wanted.at, *wanted.passed])
    _require_writable(wanted.record)
    mitm.require_free(wanted.port, TAKEN)
    with tempfile.TemporaryDirectory(prefix="brownout-intercept-") as folder, Processes(Path(folder)) as processes:
        stands = _found(wanted.at) if wanted.at else _started(processes, wanted)
        _require_known(wanted.hosts, stands)
        _break(stands, wanted.faults)
        plan = Plan(
            stood=tuple(mitm.stood(stands, wanted.hosts, with_routes=wanted.record is not None)),
            passed=tuple(wanted.passed),
            rules=tuple(wanted.rules),
            seed=wanted.seed,
            record="" if wanted.record is None else str(wanted.record.absolute()),
        )
        proxy = mitm.start(
            processes, plan, port=wanted.port, folder=Path(folder) / "mitm", environment=os.environ, cure=TAKEN
        )
        _tell(console, proxy, stands, env)
        _pass_on(processes, proxy)


def _require_writable(record: Path | None) -> None:
    if record is not None and (record.is_dir() or not record.absolute().parent.is_dir()):
        raise BadInput(f"--record {record}: there is no folder for such a file")


def _started(processes: Processes, wanted: Wanted) -> Sequence[Served]:
    names = up.named(wanted.vendors)
    command = [sys.executable, "-P", "-m", up.SERVER, "--vendors", ",".join(names), "--port-base", "0"]
    child = processes.start(up.NAME, [*command, "--seed", str(wanted.seed)], dict(os.environ))
    return served.wait(child, names, time.monotonic() + up.START_WITHIN_S, "the simulators' process", cure="try again")


def _found(addresses: Sequence[str]) -> Sequence[Served]:
    """What serves there."""
    found = []
    for address in addresses:
        url = require_loopback(address, "--at")
        try:
            told = call("GET", f"{url}/_brownout/").json
        except NoAnswer:
            told = None
        if not isinstance(told, dict) or told.get("vendor") not in VENDORS:
            raise BadInput(f"--at {url}: no simulator answers there; brownout up starts some, and prints where")
        found.append(Served(told["vendor"], url, told.get("environment", {})))
    return found


def _require_known(hosts: Mapping[str, Sequence[str]], stands: Sequence[Served]) -> None:
    served_here = [one.vendor for one in stands]
    for vendor, names in hosts.items():
        if vendor not in served_here:
            raise BadInput(f"--host {names[0]}={vendor}: {vendor} is not among {', '.join(served_here)}")


def _break(stands: Sequence[Served], faults: Sequence[Mapping[str, Any]]) -> None:
    urls = {one.vendor: one.url for one in stands}
    for fault in faults:
        vendor = str(fault["vendor"])
        if vendor not in urls:
            raise BadInput(
                f"--fault: {vendor} is not among {', '.join(urls)}; what is no vendor's has a host: in place"
            )
        answer = call("POST", f"{urls[vendor]}/_brownout/faults", dict(fault), timeout_s=5.0)
        if answer.status >= 300 or answer.json.get("matches_no_route"):
            why = answer.json.get("error") or f"no such route; the nearest is {answer.json.get('nearest')}"
            raise BadInput(f"--fault: {why}")


def _tell(console: Console, proxy: Mitm, stands: Sequence[Served], env: str | None) -> None:
    told = ENV_FORMS[env or DEFAULT_FORM](proxy.leading(os.environ, stands))
    names = ", ".join(one.vendor for one in stands)
    line = f"{proxy.url} stands between an application and {names}; Ctrl-C ends it.\n"
    if env is None:
        console.print("In the application's environment:", highlight=False)
        sys.stdout.write(f"{told}\n")
        console.print(line, end="", highlight=False, markup=False)
    else:
        sys.stderr.write(line)  # first, for who has read the environment may do so at once
        sys.stderr.flush()
        sys.stdout.write(f"{told}\n")
    sys.stdout.flush()


def _pass_on(processes: Processes, proxy: Mitm) -> None:
    """What they say, until interrupted; then what is left of it."""
    after, relayed = 0, 0
    simulators = processes.get(up.NAME)
    try:
        while True:
            after = _say(proxy, after)
            if simulators is not None:
                relayed = up.relay(simulators, relayed)
            for child, what in ((proxy.child, "mitmproxy"), (simulators, "the simulators")):
                if child is not None and not child.alive:
                    raise NotJudged(f"{what} ended with exit code {child.exit_code}: {child.last_words()}")
            pause(up.LOOK_EVERY_S)
    finally:
        processes.stop_all()
        _say(proxy, after)


def _say(proxy: Mitm, after: int) -> int:
    lines, after = proxy.said(after)
    sys.stderr.writelines(f"{line}\n" for line in lines)
    sys.stderr.flush()
    return after
