"""Of the expectations: what they name exists, and what they need is said."""

from brownout_scenarios import schema, spelling, units
from brownout_scenarios.checks.common import Found
from brownout_scenarios.checks.workload import kinds_left_by
from brownout_scenarios.schema import Scenario
from brownout_scenarios.vocabulary import PHASE_FIELDS
from brownout_scenarios.yaml_tree import Path


def expectations(scenario: Scenario) -> Found:
    phases = [phase.name for phase in scenario.phases]
    operations = [operation.name for operation in scenario.workload.operations]
    for index, item in enumerate(scenario.expect):
        at: Path = ("expect", index, item.name)
        for name in PHASE_FIELDS:
            phase = getattr(item.check, name, None)
            if name == "after" and phase and phase == phases[-1]:
                yield (*at, name), f"no phase follows {phase}: name an earlier one, or add one to recover in"
            if isinstance(phase, str) and phase and phase not in phases:
                yield (*at, name), f"no phase named {units.shown(phase)}{spelling.hint(phase, phases)}"
        operation = getattr(item.check, "operation", None)
        if isinstance(operation, str) and operation and operation != "all" and operation not in operations:
            hint = spelling.hint(operation, operations)
            yield (*at, "operation"), f"no operation named {units.shown(operation)} in the workload{hint}"
        elif scenario.target is not None:
            yield from _unheard_of(scenario, item, at)


def _unheard_of(scenario: Scenario, item: schema.Expected, at: Path) -> Found:
    """What an operation of the gateway leaves is known; of any other target's, only what the scenario says of it."""
    named = getattr(item.check, "operation", "")
    operations = [each for each in scenario.workload.operations if named in {"", each.name}]
    effect = getattr(item.check, "effect", None)
    if isinstance(effect, str) and not any(effect in kinds_left_by(each) for each in operations):
        whose = f"{named} does not leave" if named else "no operation leaves"
        yield (*at, "effect"), f"{whose} {effect}: write `leaves: [{effect}]` under the operation that is to have it"
    if getattr(item.check, "NEEDS_LEAVES", False):
        for each in operations:
            if each.leaves is None:
                cure = "write `leaves: [vendor.effect]` under it, or `leaves: []` for nothing"
                yield at, f"nobody said what {each.name} leaves: {cure}"
