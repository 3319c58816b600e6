"""`brownout show`: a recorded run in short, or one operation of it from beginning to end.

Examples:
  brownout show last
  brownout show last pay-001696-cca54b
"""

from typing import Annotated

import typer

from brownout_harness.commands.parameters import RUN
from brownout_harness.problems import BadInput


def show(
    run: Annotated[str, RUN],
    operation: Annotated[str | None, typer.Argument(help="An operation's id.")] = None,
) -> None:
    """Show a run in short, or one of its operations.

    Of an operation all that is known, on one clock.
    """
    from brownout_harness.running.recorded import find, recorded
    from brownout_reports.story import UnknownOperation, overview, story

    found = recorded(find(run))
    try:
        for line in overview(found) if operation is None else story(found, operation):
            print(line)
    except UnknownOperation as error:
        raise BadInput(str(error)) from None
