"""`brownout check`: everything that is wrong with scenario files, and nothing is run.

Examples:
  brownout check scenarios/checkout.yaml
  brownout check stripe-brownout --json
"""

import json
from typing import Annotated, Any

import typer

from brownout_harness.commands import completing
from brownout_harness.problems import BAD_INPUT, BadInput


def check(
    scenarios: Annotated[
        list[str],
        typer.Argument(help="Paths of YAML files, or names of the library.", autocompletion=completing.scenarios),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The same for a script: a list, one entry for each.")] = False,
) -> None:
    """Say what is wrong with scenario files; run nothing.

    Every mistake of every file, one line each.

    Exit codes: 0 all of them can be run, 2 one of them cannot.
    """
    from brownout_harness.running.orders import runnable
    from brownout_scenarios import units

    found: list[dict[str, Any]] = []
    for name in scenarios:
        try:
            scenario, modes = runnable(name)
        except BadInput as error:
            found.append({"scenario": name, "problems": str(error).splitlines()})
            continue
        length, demands = units.duration(scenario.duration_s), len(scenario.expect)
        found.append(
            {
                "scenario": name,
                "problems": [],
                "duration_s": scenario.duration_s,
                "expectations": demands,
                "modes": list(modes),
            }
        )
        if not as_json:
            print(f"{name}: sound; {length}, expectations: {demands}; runs in {' and '.join(modes)} mode")
    wrong = [problem for each in found for problem in each["problems"]]
    if as_json:
        print(json.dumps(found, indent=1))
        if wrong:
            raise typer.Exit(BAD_INPUT)
    elif wrong:
        raise BadInput("\n".join(wrong))
