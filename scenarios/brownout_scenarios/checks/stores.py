"""Of what is done to the store: that there is one, and that it held something that it can be put back to."""

from collections.abc import Sequence

from brownout_scenarios import units
from brownout_scenarios.checks.common import Found
from brownout_scenarios.phases import Action
from brownout_scenarios.processes import State
from brownout_scenarios.schema import Scenario, Span
from brownout_scenarios.yaml_tree import Path


def store(scenario: Scenario, span: Span, action: Action, at: Path) -> Found:
    """One action."""
    if not scenario.has_store:
        why = "only the Redis that the harness starts is one, for the gateway or for a command told {{redis.url}}"
        yield (*at, action.verb), f"there is no store in this scenario: {why}"
    elif action.stop is not None:
        yield (*at, "stop"), "a store keeps nothing on disk, and loses by a stop what it loses by a kill: write kill"
    elif action.restore is not None and action.restore.from_s > (at_s := span.start_s + (action.at_s or 0.0)):
        before = f"{units.duration(action.restore.from_s)} before that is before the run's start"
        yield (*at, "restore", "from"), f"{before}; at most {units.duration(at_s)}"


def state_at(instant_s: float, states: Sequence[tuple[float, State]]) -> State:
    """Where it stands at an instant, by those from which on it stands somewhere, in order; the first is 0."""
    return [state for since_s, state in states if since_s <= max(instant_s, 0.0)][-1]
