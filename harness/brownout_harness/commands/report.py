"""`brownout report`: a run's report, drawn again."""

from typing import Annotated

import typer

from brownout_harness.commands import completing
from brownout_harness.commands.console import waiting
from brownout_harness.problems import BadInput


def report(
    run: Annotated[
        str, typer.Argument(help="A folder that `brownout run` wrote, or `last`.", autocompletion=completing.runs)
    ],
) -> None:
    """Draw a run's report again."""
    from brownout_harness.running.recorded import find
    from brownout_reports.report import write_report
    from brownout_reports.run_folder import RunFolderError

    found = find(run)
    try:
        with waiting("drawing"):
            drawn = write_report(found)
    except (RunFolderError, OSError) as error:
        raise BadInput(" ".join(str(error).split())) from None
    print(drawn)
