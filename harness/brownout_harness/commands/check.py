"""`brownout check`: everything that is wrong with scenario files, and nothing is run.

Examples:
  brownout check scenarios/checkout.yaml
  brownout check stripe-brownout --json
"""

import json
from typing import Annotated, Any

import typer

from brownout_harness.commands import completing
from brownout_harness.commands.console import waiting
from brownout_harness.problems import BAD_INPUT, PASSED, BadInput


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
    with waiting("reading scenarios"):
        found = [_looked_at(name) for name in scenarios]
    wrong = [problem for each in found for problem in each["problems"]]
    if as_json:
        print(json.dumps(found, indent=1))
        raise typer.Exit(BAD_INPUT if wrong else PASSED)
    from brownout_scenarios import units

    for each in found:
        if not each["problems"]:
            length, modes = units.duration(each["duration_s"]), " and ".join(each["modes"])
            print(f"{each['scenario']}: sound; {length}, expectations: {each['expectations']}; runs in {modes} mode")
    if wrong:
        raise BadInput("\n".join(wrong))


def _looked_at(name: str) -> dict[str, Any]:
    """One of them, as a script has it."""
    from brownout_harness.running.orders import runnable

    try:
        scenario, modes = runnable(name)
    except BadInput as error:
        return {"scenario": name, "problems": str(error).splitlines()}
    told = {"duration_s": scenario.duration_s, "expectations": len(scenario.expect), "modes": list(modes)}
    return {"scenario": name, "problems": [], **told}
