"""`brownout show`: a recorded run in short, or one operation of it from beginning to end."""

from typing import Annotated

import typer

from brownout_harness.commands import completing
from brownout_harness.problems import BadInput


def show(
    run: Annotated[
        str, typer.Argument(help="A folder that `brownout run` wrote, or `last`.", autocompletion=completing.runs)
    ],
    operation: Annotated[str | None, typer.Argument(help="An operation's id.")] = None,
) -> None:
    """Show a run's verdict and the operations to look at, or all that is known of one operation, on one clock."""
    from brownout_harness.running.recorded import find, recorded
    from brownout_reports.story import UnknownOperation, overview, story

    found = recorded(find(run))
    try:
        for line in overview(found) if operation is None else story(found, operation):
            print(line)
    except UnknownOperation as error:
        raise BadInput(str(error)) from None
