"""`brownout check`: everything that is wrong with scenario files, and nothing is run."""

from typing import Annotated

import typer

from brownout_harness.problems import BadInput


def check(
    scenarios: Annotated[list[str], typer.Argument(help="Paths of YAML files, or names of the library.")],
) -> None:
    """Check scenario files: every mistake of every file, one line each. Runs nothing.

    Exit codes: 0 all of them can be run, 2 one of them cannot.
    """
    from brownout_harness.running.orders import runnable
    from brownout_scenarios import units

    wrong = []
    for name in scenarios:
        try:
            scenario, modes = runnable(name)
        except BadInput as error:
            wrong.append(str(error))
        else:
            length, demands = units.duration(scenario.duration_s), len(scenario.expect)
            print(f"{name}: sound; {length}, expectations: {demands}; runs in {' and '.join(modes)} mode")
    if wrong:
        raise BadInput("\n".join(wrong))
