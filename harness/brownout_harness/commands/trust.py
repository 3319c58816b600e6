"""`brownout trust`: the good core on many seeds, without a false alarm.

Examples:
  brownout trust healthy --seeds 50
  brownout trust --seeds 0 --real 4
"""

from pathlib import Path
from typing import Annotated

import typer

from brownout_harness.commands.console import make_console
from brownout_harness.commands.parameters import OF_THE_LIBRARY
from brownout_harness.problems import BadInput


def trust(
    scenarios: Annotated[list[str] | None, OF_THE_LIBRARY] = None,
    *,
    seeds: Annotated[int, typer.Option(min=0, help="So many seeds of each in virtual time.")] = 200,
    real: Annotated[int, typer.Option(min=0, help="So many runs for real, of the smoke set.")] = 0,
    out: Annotated[Path, typer.Option(help="Where it is kept what has been run; gone on with there.")] = Path(
        "runs/trust"
    ),
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="Processes; default: one per core.")] = None,
) -> None:
    """Run the good core on many seeds: no false alarm.

    Not one run may be red, or say nothing.

    Exit codes: 0 all passed, 1 one failed, 2 bad input, 3 one was inconclusive.
    """
    from brownout_harness.audit import smoke
    from brownout_harness.audit.trust import for_real, in_virtual_time, run_all
    from brownout_scenarios import library
    from brownout_scenarios.errors import ScenarioError

    try:
        for each in scenarios or ():
            library.path_of(each)
    except ScenarioError as error:
        raise BadInput(str(error)) from None
    wanted = [*in_virtual_time(scenarios or library.names(), seeds), *for_real(real, smoke.scenarios())]
    if not wanted:
        raise BadInput("nothing is to be run: say --seeds, --real, or both")
    raise typer.Exit(run_all(make_console(), wanted, out, workers=jobs))
