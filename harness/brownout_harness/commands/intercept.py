"""`brownout intercept`: the vendors' real hosts, answered by the simulators, for an application as it is.

Examples:
  brownout intercept
  brownout intercept stripe openai --fault '{vendor: stripe, latency: 2s}'
  brownout intercept stripe --record measured.json
  brownout intercept vault --host vault.shop.internal=vault
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brownout_harness.commands import completing
from brownout_harness.commands.console import make_console
from brownout_harness.commands.parameters import EnvForm
from brownout_harness.problems import BadInput, Interrupted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def intercept(
    vendors: Annotated[
        list[str] | None, typer.Argument(help="Which; all of them if none is named.", autocompletion=completing.vendors)
    ] = None,
    *,
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="A simulator of brownout up, in place of starting any. Several times."),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The proxy's; 0: a free one.")] = 12180,
    seed: Annotated[int, typer.Option(help="Of ids and of faults.")] = 0,
    host: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST=VENDOR", help="A further name that leads to a vendor. May be said several times."),
    ] = None,
    pass_on: Annotated[
        list[str] | None,
        typer.Option("--pass", metavar="HOST", help="Another machine that requests may really go to. Several times."),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FAULT", help="Of a vendor, or with host: of what is passed on, as in a scenario. Several times."
        ),
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a profile: latency, statuses and sizes by route.")
    ] = None,
    env: Annotated[EnvForm | None, typer.Option(help="Print the environment in this form, and nothing else.")] = None,
) -> None:
    """Answer the vendors' real hosts on this machine until Ctrl-C.

    For an application whose addresses cannot be changed. Prints what leads it here.
    """
    from brownout_harness.intercept.variables import hosts_told
    from brownout_harness.real.intercepting import Wanted, serve

    if vendors and at:
        raise BadInput("--at says which simulators are there: leave the vendors out")
    faults, rules = _faults(fault or [], pass_on or [])
    try:
        hosts = hosts_told(host or [])
    except ValueError as error:
        raise BadInput(f"--host {error}") from None
    wanted = Wanted(
        vendors=vendors or [],
        at=at or [],
        port=port,
        seed=seed,
        hosts=hosts,
        passed=pass_on or [],
        faults=faults,
        rules=rules,
        record=record,
    )
    try:
        serve(make_console(), wanted, env=None if env is None else env.value)
    except Interrupted:
        print("stopped", file=sys.stderr)


def _faults(
    told: "Sequence[str]", passed: "Sequence[str]"
) -> "tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]":
    """Those of vendors, and those of what is passed on."""
    import yaml

    from brownout_harness.intercept.passing import rule_for
    from brownout_harness.words.fault import Unwritten, read_passed
    from brownout_scenarios.loopback import is_loopback
    from brownout_simulators.faults import FaultError

    faults: list[Mapping[str, Any]] = []
    rules: list[Mapping[str, Any]] = []
    for number, text in enumerate(told, 1):
        try:
            written = yaml.safe_load(text)
        except yaml.YAMLError:
            written = None
        if not isinstance(written, dict) or ("vendor" in written) == ("host" in written):
            raise BadInput(
                f"--fault {text[:60]}: written as {{vendor: NAME, latency: 2s}}, or with host in place of vendor"
            )
        if "vendor" in written:
            faults.append({"id": f"intercept.{number}", **written})
            continue
        host = str(written.pop("host")).lower()
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if not is_loopback(name.strip("[]")) and name not in passed:
            raise BadInput(f"--fault host {host}: nothing is passed on there: it is neither this machine nor in --pass")
        try:
            rules.append(rule_for(f"intercept.{number}", read_passed(host, written)))
        except (Unwritten, FaultError) as error:
            raise BadInput(f"--fault {host}: {error}") from None
    return faults, rules
