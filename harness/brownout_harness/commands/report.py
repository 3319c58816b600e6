"""`brownout report`: a run's report, drawn again.

Examples:
  brownout report last
  brownout report runs/A
"""

from typing import Annotated

from brownout_harness.commands.console import waiting
from brownout_harness.commands.parameters import RUN
from brownout_harness.problems import BadInput


def report(
    run: Annotated[str, RUN],
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
