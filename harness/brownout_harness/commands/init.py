"""`brownout init`: a scenario for one's own application, what the CI runs, and the environment.

Examples:
  brownout init
  brownout init --vendor stripe --command 'node server.js' --ask 'POST /checkout' --id body:order_id
  brownout init shop --vendor stripe --asgi shop:app --ask 'POST /checkout' --ci gitlab
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from brownout_harness.commands import completing
from brownout_harness.problems import BadInput

BODY = '{"amount": "{{amount}}"}'


def init(
    folder: Annotated[Path, typer.Argument(help="Where the application is.")] = Path(),
    *,
    vendor: Annotated[
        list[str] | None,
        typer.Option(
            help="That it uses; several times. The first is the one that fails.", autocompletion=completing.vendors
        ),
    ] = None,
    command: Annotated[str | None, typer.Option(help="What starts it, $PORT for its port: 'node server.js'.")] = None,
    asgi: Annotated[str | None, typer.Option(help="Instead, for virtual time: 'shop:app'.")] = None,
    ask: Annotated[str | None, typer.Option(help="How a user asks: 'POST /checkout'.")] = None,
    body: Annotated[str, typer.Option(help="With what, as JSON with templates.")] = BODY,
    id_at: Annotated[
        str, typer.Option("--id", help="Where the operation's id travels: body:FIELD or header:NAME.")
    ] = "header:X-Correlation-ID",
    passed_on: Annotated[
        str, typer.Option(help="Where the application passes it on to the vendor.")
    ] = "body.metadata.order_id",
    leaves: Annotated[str, typer.Option(help="What one leaves at the vendor. [default: its first effect]")] = "",
    ready: Annotated[str, typer.Option(help="A path that answers once it serves.")] = "/",
    ci: Annotated[str, typer.Option(metavar="github|gitlab|none", help="Whose workflow file.")] = "github",
) -> None:
    """Write a first scenario for an application of yours.

    Also a workflow for your CI, and `.env.brownout`. Asks for what is not said, on a terminal. Overwrites nothing.
    """
    from brownout_harness.beginning.first_files import WORKFLOWS, Application, first_files, write_all
    from brownout_harness.running.orders import runnable

    if ci not in {*WORKFLOWS, "none"}:
        raise BadInput(f"--ci {ci}: write github, gitlab or none")
    if not folder.is_dir():
        raise BadInput(f"{folder}: no such folder")
    vendors = vendor or _asked("--vendor", "Vendors that it uses").replace(",", " ").split()
    if command is None and asgi is None:
        command = _asked("--command", "What starts it ($PORT for its port)")
    of = Application(
        vendors=vendors,
        command=command or "",
        asgi=asgi or "",
        asked=ask or _asked("--ask", "How a user asks (POST /checkout)"),
        body=body,
        id_at=id_at,
        passed_on=passed_on,
        leaves=leaves,
        ready=ready,
        ci=ci,
    )
    files = first_files(of)
    write_all(folder, files)
    for path in files:
        print(f"wrote {folder / path}")
    scenario = folder / next(iter(files))
    _, modes = runnable(str(scenario))
    print(f"next: brownout run {scenario} --mode {modes[0]}")


def _asked(option: str, question: str) -> str:
    """From the terminal; who has none says it by options."""
    if not sys.stdin.isatty():
        raise BadInput(f"say {option}; nobody can be asked here")
    answer: str = typer.prompt(question)
    return answer
