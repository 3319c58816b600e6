"""`brownout report`: a run's report, drawn again."""

from pathlib import Path
from typing import Annotated

import typer

from brownout_harness.problems import BadInput


def report(run_dir: Annotated[Path, typer.Argument(help="A folder that `brownout run` wrote.")]) -> None:
    """Draw a run's report again."""
    from brownout_reports.report import write_report
    from brownout_reports.run_folder import RunFolderError

    try:
        print(write_report(run_dir))
    except (RunFolderError, OSError) as error:
        raise BadInput(" ".join(str(error).split())) from None
