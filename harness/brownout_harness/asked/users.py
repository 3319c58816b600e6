"""Users who wait for their answers: what each asks for, one thing after the other, and how long he thinks before it.

Drawn from the seed, user by user, the same in both modes. When a turn comes depends on the answers; which turns there
can be does not: no user has more than if every answer came at once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from brownout_harness.asked.arrivals import Arrival, group_stream
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.plan import Drawing, asked_by, id_of, run_tag
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Exponential, Group


@dataclass(frozen=True, slots=True)
class Turn:
    """One ask of a user."""

    think_s: float
    """From the last answer, or the run's start, to the ask."""
    arrival: Arrival
    """What is asked for. `at_s` is its first possible instant: it comes then if every answer before came at once."""
    user: str
    """Unique in the run: `shoppers-u3`."""


def users_of(scenario: Scenario, gateway: Mapping[str, GatewayOperation] = GATEWAY_OPERATIONS) -> list[Iterator[Turn]]:
    """The turns of each user of each closed group, lazily, in order, to the end of the load."""
    return [
        _turns(scenario, group, f"u{number}", Drawing(scenario, group, gateway, f"u{number}"))
        for group in scenario.workload.groups
        if group.is_closed
        for number in range(1, group.users + 1)
    ]


def _turns(scenario: Scenario, group: Group, user: str, drawing: Drawing) -> Iterator[Turn]:
    think = _thinking(scenario, group, user)
    tag, at_s, number = run_tag(scenario), 0.0, 0
    while (at_s := at_s + (think_s := think())) < scenario.duration_s:
        number += 1
        name = drawing.name()
        operation_id = id_of(name, group, number, tag, user)
        asked = asked_by(group, operation_id, name, at_s, drawing)
        yield Turn(think_s, asked, "-".join(filter(None, [group.name, user])))


def _thinking(scenario: Scenario, group: Group, user: str) -> Callable[[], float]:
    """How long the user thinks, each time. At the start he is somewhere within a thought: users do not come at once."""
    rng, mean_s = group_stream(scenario.seed, group, "think", user), group.mean_think_s
    if isinstance(group.think_s, Exponential):
        return lambda: rng.expovariate(1.0 / mean_s)  # what is left of such a thought is as long as a whole one
    left = [rng.uniform(0.0, mean_s)]
    return lambda: left.pop() if left else mean_s
