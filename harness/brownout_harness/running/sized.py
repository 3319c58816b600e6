"""A scenario at another rate, or as long as somebody wants: what is a matter of load changes, what goes wrong does not.

Every rate is multiplied by one factor, so a phase with three times the load still has three times the load. Of the
phases the first one in which nothing is done is made longer or shorter: faults, and what is expected within so many
seconds of them, keep their meaning. It is the file that is changed, so that the run is kept with what was run.
"""

from collections.abc import Mapping
from typing import Any

from brownout_harness.asked.described import check_templates
from brownout_harness.problems import BadInput
from brownout_harness.real.memory import is_wanted
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios import yaml_tree
from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.load import load_text
from brownout_scenarios.schema import Scenario
from brownout_scenarios.units import duration, parse_rate, rate


def sized(scenario: Scenario, *, rate_per_s: float | None = None, for_s: float | None = None) -> Scenario:
    """The scenario so, with a note that says it. Raises `BadInput` where it has nothing that can be changed so, or is
    too large then."""
    document: dict[str, Any] = {**scenario.document, "seed": scenario.seed}
    if rate_per_s is not None:
        document = _at_rate(scenario, document, rate_per_s)
    if for_s is not None and for_s != scenario.duration_s:
        document = _lasting(scenario, document, for_s)
    return _read(scenario, document)


def with_soak_note(scenario: Scenario) -> Scenario:
    """The scenario; with a note where it demands nothing of what processes hold."""
    if is_wanted(scenario):
        return scenario
    note = "nothing is demanded of memory and descriptors: they are drawn; add memory_bounded, descriptors_bounded"
    document = {**scenario.document, "seed": scenario.seed}
    return _read(scenario, {**document, "notes": [*document.get("notes", []), note]})


def _read(scenario: Scenario, document: Mapping[str, Any]) -> Scenario:
    try:
        return load_text(
            yaml_tree.write(document), vocabulary(), file=scenario.name, path=scenario.path, also=[check_templates]
        )
    except ScenarioError as error:
        raise BadInput(str(error)) from None


def _at_rate(scenario: Scenario, document: Mapping[str, Any], rate_per_s: float) -> dict[str, Any]:
    groups = [each for each in scenario.workload.groups if not each.asked_of]
    base = sum(each.arrivals.rate_per_s for each in groups if each.arrivals is not None)
    if rate_per_s <= 0:
        raise BadInput("--rate is not above 0/s: write how many operations there are to be, such as 300/s")
    if not base:
        raise BadInput(f"--rate: {scenario.name} has users who wait for their answers, and no arrivals: leave it out")
    factor = rate_per_s / base
    workload = document["workload"]
    note = f"{rate(rate_per_s)} in place of {rate(base)}: every rate of the scenario is multiplied by {factor:.4g}"
    return {
        **document,
        "workload": (
            [each if "asks" in each else _group(each, factor) for each in workload]
            if isinstance(workload, list)
            else _group(workload, factor)
        ),
        "phases": [_with_rate(each, "rate", factor) for each in document["phases"]],
        "notes": [*document.get("notes", []), note],
    }


def _group(group: Mapping[str, Any], factor: float) -> dict[str, Any]:
    made = dict(group)
    if "arrivals" in group:
        made["arrivals"] = _with_rate(group["arrivals"], "rate", factor)
    if "rates" in group:
        made["rates"] = {phase: _times(each, factor) for phase, each in group["rates"].items()}
    return made


def _with_rate(part: Mapping[str, Any], key: str, factor: float) -> dict[str, Any]:
    return {**part, key: _times(part[key], factor)} if key in part else {**part}


def _times(given: Any, factor: float) -> Any:
    """A rate as it is written, or one that rises."""
    if isinstance(given, Mapping):
        return {end: _times(each, factor) for end, each in given.items()}
    return rate(parse_rate(given) * factor)


def _lasting(scenario: Scenario, document: Mapping[str, Any], for_s: float) -> dict[str, Any]:
    at = next((number for number, each in enumerate(scenario.phases) if each.is_quiet), None)
    if at is None:
        raise BadInput(f"--for: something is done in every phase of {scenario.name}, none can be longer: leave it out")
    quiet = scenario.phases[at]
    others_s = scenario.duration_s - quiet.for_s
    if for_s <= others_s:
        raise BadInput(
            f"--for {duration(for_s)} is too short: all phases but {quiet.name} take {duration(others_s)}, and none of "
            f"those is cut; write {duration(others_s + 1)} or more"
        )
    phases = [*document["phases"]]
    phases[at] = {**phases[at], "for": duration(for_s - others_s)}
    note = f"{quiet.name} lasts {duration(for_s - others_s)} in place of {duration(quiet.for_s)}"
    return {**document, "phases": phases, "notes": [*document.get("notes", []), note]}
