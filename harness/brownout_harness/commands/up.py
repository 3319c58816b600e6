"""`brownout up`: the simulators alone, for a developer who points an SDK at them.

Examples:
  brownout up
  brownout up stripe twilio --env dotenv
  brownout up stripe --correlate stripe=body.metadata.order_id
"""

import sys
from typing import Annotated

import typer

from brownout_harness.commands import completing
from brownout_harness.commands.console import make_console
from brownout_harness.commands.parameters import EnvForm
from brownout_harness.commands.web_console import ConsolePort
from brownout_harness.problems import Interrupted


def up(
    vendors: Annotated[
        list[str] | None, typer.Argument(help="Which; all of them if none is named.", autocompletion=completing.vendors)
    ] = None,
    *,
    port_base: Annotated[
        int | None, typer.Option(help="This port and the next ones instead of the documented ones; 0: any free ones.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of ids and of faults.")] = 0,
    correlate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VENDOR=PLACE",
            help="Where your operations' ids travel, such as body.metadata.order_id: the ledger tells them apart then. "
            "May be said several times.",
        ),
    ] = None,
    setup: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VENDOR=FILE",
            help="What the vendor is set up with before the first call, in YAML or JSON. May be said several times.",
        ),
    ] = None,
    env: Annotated[
        EnvForm | None, typer.Option(help="Print the environment in this form, to be copied or read, and no table.")
    ] = None,
    web_console: Annotated[
        bool, typer.Option("--console/--no-console", help="A page in the browser over all of them.")
    ] = True,
    console_port: ConsolePort = None,
) -> None:
    """Serve the vendors on this machine until Ctrl-C.

    Prints their addresses and test keys.
    """
    from brownout_harness.real.up import serve

    try:
        serve(
            make_console(),
            vendors or [],
            port_base=port_base,
            seed=seed,
            correlate=correlate or [],
            setup=setup or [],
            env=None if env is None else env.value,
            with_console=web_console,
            console_port=console_port,
        )
    except Interrupted:
        print("stopped", file=sys.stderr)
