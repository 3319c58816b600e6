"""Whether a fault is needed: without it, is everything that its scenario catches caught as well?

A part is caught where it fails an expectation that the good core does not fail: without a fault the good core may not
do what the scenario demands of it either, and that catches nobody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from brownout_core.errors import ConfigError
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.running.execute import judged
from brownout_harness.running.orders import checked_scenario
from brownout_harness.virtual.runner import run_virtual
from brownout_reports.run_folder import Status
from brownout_scenarios.phases import Fault
from brownout_scenarios.schema import Scenario


@dataclass(frozen=True, slots=True)
class Looked:
    """One fault of one scenario."""

    scenario: str
    fault: str
    """In words, and where it stands."""
    needed_by: str = ""
    """A part that is not caught without it; empty: nobody needs it."""


def faults_of(scenario: Scenario) -> Iterator[tuple[str, Fault]]:
    """By where they stand: `brownout.1`, `always.0`."""
    for phase in scenario.phases:
        yield from ((f"{phase.name}.{number}", fault) for number, fault in enumerate(phase.faults))
    yield from ((f"always.{number}", fault) for number, fault in enumerate(scenario.always))


def without(scenario: Scenario, place: str) -> Scenario:
    """The same without the fault that stands there."""
    name, _, number = place.rpartition(".")

    def rest(faults: Sequence[Fault]) -> tuple[Fault, ...]:
        return tuple(fault for index, fault in enumerate(faults) if index != int(number))

    if name == "always":
        return replace(scenario, always=rest(scenario.always))
    phases = [replace(each, faults=rest(each.faults)) if each.name == name else each for each in scenario.phases]
    return replace(scenario, phases=tuple(phases))


def look_at(name: str, place: str, parts: Sequence[str]) -> Looked:
    """Run the scenario without that fault, with the good core and with these parts until one is not caught."""
    scenario = checked_scenario(name, "virtual", None)
    told = f"{place}: {dict(faults_of(scenario))[place].text}"
    rest = without(scenario, place)
    good = failed_of(rest, "")
    lost = (part for part in parts if not failed_of(rest, part) - good)
    return Looked(name, told, next(lost, ""))


def failed_of(scenario: Scenario, part: str) -> set[str]:
    """The titles of what fails. Where the settings of part and scenario do not go together, nothing does."""
    try:
        inputs = run_virtual(scenario, replacements=MUTANTS[part].replacements() if part else None)
    except ConfigError:
        return set()
    return {each.title for each in judged(scenario, inputs).results if each.status is Status.FAILED}
