"""The simulators alone, for a developer who points an SDK at them: `brownout up`."""

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.markup import escape

from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.real import served
from brownout_harness.real.env_forms import ENV_FORMS
from brownout_harness.real.processes import Child, Processes, pause
from brownout_harness.real.served import Served
from brownout_harness.real.served_here import announced
from brownout_harness.safety.live_keys import refuse_live_keys
from brownout_harness.tables import table
from brownout_simulators.correlation import correlating
from brownout_simulators.setup_files import BadSetup, read_setups
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors import VENDORS, UnknownVendor, load_vendor

NAME = "simulators"
COMMAND = "brownout up"
SERVER = "brownout_harness.testing.serving"
"""As `brownout_simulators`; its control API reads faults as scenarios are written, too."""
START_WITHIN_S = 20.0
LOOK_EVERY_S = 0.2
LAST_PORT = 65535
SHOWN = 64
"""Characters of a value in the table: a key of several lines is nothing that anybody reads."""


def serve(
    console: Console,
    vendors: Sequence[str],
    *,
    port_base: int | None,
    seed: int,
    correlate: Sequence[str] = (),
    setup: Sequence[str] = (),
    env: str | None = None,
    with_console: bool = True,
    console_port: int | None = None,
) -> None:
    """Start them, print where they are, and pass on what they log, until interrupted.

    `correlate` says where the caller's operation ids travel, `stripe=body.metadata.order_id`, `setup` the files that
    they are set up with, `openai=answers.yaml`; `env` the form in which to print the environment, one of `ENV_FORMS`;
    `console_port` where the web console is, a free port if it is 0.

    Raises:
        BadInput: a vendor or a place that does not exist, a file that a vendor cannot be set up with, a port that is
            taken or does not exist, a live key in the environment.
        NotJudged: they ended by themselves.
    """
    refuse_live_keys(os.environ, vendors)
    names = named(vendors)
    if correlate or setup:
        _check([load_vendor(name) for name in names], correlate, setup)
    if port_base is not None and not 0 <= port_base <= LAST_PORT - len(names) + 1:
        raise BadInput(f"--port-base {port_base}: {len(names)} ports from there are not within 0 to {LAST_PORT}")
    with (
        tempfile.TemporaryDirectory(prefix="brownout-up-") as folder,
        Processes(Path(folder)) as processes,
        ExitStack() as left,
    ):
        options = ["--ports", "fixed"] if port_base is None else ["--port-base", str(port_base)]
        command = [sys.executable, "-P", "-m", SERVER, "--vendors", ",".join(names), "--seed", str(seed)]
        options += [word for place in correlate for word in ("--correlate", place)]
        options += [word for file in setup for word in ("--setup", file)]
        child = processes.start(NAME, [*command, *options], dict(os.environ))
        deadline_s = time.monotonic() + START_WITHIN_S
        cure = "end what uses it, or choose others with --port-base"
        found = served.wait(child, names, deadline_s, "the simulators' process", cure=cure)
        left.enter_context(announced(COMMAND, found))
        relayed = relay(child, 0)
        free = None if port_base is None else 0
        address = _web_console(left, found, free if console_port is None else console_port) if with_console else ""
        where = f"Console: {address}\n" if address else ""
        if env is None:
            _show(console, found, f"{where}Ctrl-C ends them.")
        else:
            variables = {name: value for one in found for name, value in one.environment.items()}
            sys.stderr.write(f"{where}Ctrl-C ends them.\n")  # first, for who has read the environment may do so at once
            sys.stdout.write(f"{ENV_FORMS[env](variables)}\n")
            sys.stdout.flush()
        while child.alive:
            relayed = relay(child, relayed)
            pause(LOOK_EVERY_S)
        raise NotJudged(f"the simulators ended with exit code {child.exit_code}: {child.last_words()}")


def _show(console: Console, found: Sequence[Served], then: str) -> None:
    console.print(shown(console, found))
    if any(len(value) > SHOWN for one in found for value in one.environment.values()):
        console.print("Long values are cut short: --env bash (fish, dotenv, json …) prints all.", highlight=False)
    console.print(then, highlight=False, markup=False)


def _web_console(left: ExitStack, found: Sequence[Served], port: int | None) -> str:
    """The address of one over these, until all is left. Raises `BadInput` where its port is taken."""
    # Imported where it is needed: who wants none does not wait for it.
    from brownout_harness.real.console.web_console import WebConsole

    made = WebConsole()
    left.callback(made.stop)
    address = made.start(port)
    made.over(found)
    return address


def named(vendors: Sequence[str]) -> list[str]:
    """Which to serve. What a vendor is made of is for their process to load, not for this one as well."""
    try:
        for name in vendors:
            if name not in VENDORS:
                load_vendor(name)
    except UnknownVendor as error:
        raise BadInput(str(error)) from None
    return list(dict.fromkeys(vendors)) or list(VENDORS)


def _check(vendors: Sequence[Vendor[Any]], correlate: Sequence[str], setup: Sequence[str]) -> None:
    try:
        correlating(vendors, correlate)
    except ValueError as error:
        raise BadInput(f"--correlate {error}") from None
    try:
        read_setups(vendors, setup)
    except BadSetup as error:
        raise BadInput(str(error)) from None


def relay(child: Child, offset: int) -> int:
    """Pass on what the simulators have logged since `offset`."""
    with child.errors.open("rb") as log:
        log.seek(offset)
        new = log.read()
    sys.stderr.write(new.decode(errors="replace"))
    sys.stderr.flush()
    return offset + len(new)


def shown(console: Console, found: Sequence[Served]) -> RenderableType:
    """Addresses and test keys, as the environment variables by which an application finds them."""
    variables = (
        "\n".join(f"{name}={escape(_short(value))}" for name, value in one.environment.items()) for one in found
    )
    rows = [(one.vendor, one.url, each) for one, each in zip(found, variables, strict=True)]
    return table(console, ("vendor", "url", "environment"), rows)


def _short(value: str) -> str:
    return value if len(value) <= SHOWN else f"{value[: SHOWN // 2].partition(chr(10))[0]}…"
