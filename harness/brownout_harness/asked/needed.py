"""Which vendors a run needs: the others are neither started nor asked for their books."""

from collections.abc import Iterable, Mapping
from typing import Any

from brownout_core.compose import chosen
from brownout_core.flows import FLOWS
from brownout_core.flows.flow import Flow
from brownout_scenarios.schema import Scenario


def served(scenario: Scenario) -> tuple[str, ...]:
    """What the reference application is asked for in the run, by name."""
    return tuple(dict.fromkeys(each.name for each in scenario.workload.operations))


def vendors_needed(
    scenario: Scenario, known: Iterable[str], flows: Mapping[str, type[Flow[Any]]] = FLOWS
) -> tuple[str, ...]:
    """Those of the `known` ones that the operations use, or that the scenario names; all of them for a target of
    somebody else's, of which nobody says what it uses."""
    if scenario.target is not None:
        return tuple(known)
    used = {adapter.name for flow in chosen(flows, served(scenario)).values() for adapter in flow.uses}
    return tuple(name for name in known if name in used or name in scenario.vendors)
