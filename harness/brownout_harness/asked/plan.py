"""Who asks for what, and when: every arrival of a run, drawn from the seed, the same ones in both modes."""

import hashlib
from collections.abc import Callable, Iterator, Mapping

from brownout_harness.asked.arrivals import Arrival, instants, stream
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import Params, described
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Operation


def plan(scenario: Scenario, gateway: Mapping[str, GatewayOperation] = GATEWAY_OPERATIONS) -> Iterator[Arrival]:
    """Every arrival of a run, in order of time, as it is asked for: a run may have a million."""
    # Made here, not with the first arrival: some read files, which a virtual run's closed world forbids.
    drawers = {item.name: _drawer(scenario, item, gateway) for item in scenario.workload.operations}
    return _arrivals(scenario, drawers)


def _arrivals(scenario: Scenario, drawers: dict[str, Callable[[str], Params]]) -> Iterator[Arrival]:
    operations = scenario.workload.operations
    mix = stream(scenario.seed, "mix")
    cumulated = [sum(item.weight for item in operations[: index + 1]) for index in range(len(operations))]
    tag = run_tag(scenario)
    for number, at_s in enumerate(instants(scenario), 1):
        # One draw per arrival whatever the mix: a weight changed moves no other stream.
        at = mix.random() * cumulated[-1]
        name = next(item.name for item, upto in zip(operations, cumulated, strict=True) if at < upto)
        operation_id = f"{name.replace('_', '-')}-{number:06d}-{tag}"
        yield Arrival(operation_id, name, at_s, drawers[name](operation_id))


def _drawer(
    scenario: Scenario, operation: Operation, gateway: Mapping[str, GatewayOperation]
) -> Callable[[str], Params]:
    """What a scenario fixes under `params` replaces what was drawn, and shifts no other draw."""
    draw = described if operation.is_described else gateway[operation.name].draw
    rng, fixed = stream(scenario.seed, "params", operation.name), dict(operation.params)
    draw(stream(scenario.seed, "first"), "")
    return lambda operation_id: {**draw(rng, operation_id), **fixed}


def run_tag(scenario: Scenario) -> str:
    """Six hexadecimal digits for a scenario and its seed: keeps apart what several runs leave in one vendor."""
    return hashlib.blake2b(f"{scenario.name}:{scenario.seed}".encode(), digest_size=3).hexdigest()
