"""Who asks for what, and when: every arrival of a run, drawn from the seed, the same ones in both modes."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from heapq import merge
from itertools import accumulate

from brownout_harness.asked.arrivals import Arrival, group_stream, instants, stream
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import Params, described
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Group, Operation


def plan(scenario: Scenario, gateway: Mapping[str, GatewayOperation] = GATEWAY_OPERATIONS) -> Iterator[Arrival]:
    """Every arrival of a run, in order of time, as it is asked for: a run may have a million."""
    # Made here, not with the first arrival: some read files, which a virtual run's closed world forbids.
    groups = (group for group in scenario.workload.groups if not group.is_closed)
    planned = [_arrivals(scenario, group, Drawing(scenario, group, gateway)) for group in groups]
    return merge(*planned, key=lambda arrival: arrival.at_s) if len(planned) != 1 else planned[0]


def _arrivals(scenario: Scenario, group: Group, drawing: "Drawing") -> Iterator[Arrival]:
    tag = run_tag(scenario)
    for number, at_s in enumerate(instants(scenario, group), 1):
        name = drawing.name()
        operation_id = id_of(name, group, number, tag)
        yield asked_by(group, operation_id, name, at_s, drawing)


def id_of(name: str, group: Group, number: int, tag: str, *user: str) -> str:
    """`pay-000042-5f3a9c`; `pay-shoppers-u3-000042-5f3a9c` of the third user of a closed group."""
    return "-".join([name.replace("_", "-"), *filter(None, [group.name]), *user, f"{number:06d}", tag])


def asked_by(group: Group, operation_id: str, name: str, at_s: float, drawing: "Drawing") -> Arrival:
    """One ask of a group's user."""
    whose = (group.name, group.tenant, group.asked_of)
    return Arrival(operation_id, name, at_s, drawing.params(name, operation_id), *whose)


class Drawing:
    """What the users of a group ask for, one after the other; or one of them, where `user` says which."""

    def __init__(self, scenario: Scenario, group: Group, gateway: Mapping[str, GatewayOperation], *user: str) -> None:
        self._names = [item.name for item in group.operations]
        self._cumulated = list(accumulate(item.weight for item in group.operations))
        self._mix = group_stream(scenario.seed, group, "mix", *user)
        self._drawers = {item.name: _drawer(scenario, group, item, gateway, *user) for item in group.operations}

    def name(self) -> str:
        """Of the next operation. One draw whatever the mix: a weight changed moves no other stream."""
        at = self._mix.random() * self._cumulated[-1]
        return next(name for name, upto in zip(self._names, self._cumulated, strict=True) if at < upto)

    def params(self, name: str, operation_id: str) -> Params:
        """What it asks for."""
        return self._drawers[name](operation_id)


def _drawer(
    scenario: Scenario, group: Group, operation: Operation, gateway: Mapping[str, GatewayOperation], *user: str
) -> Callable[[str], Params]:
    """What a scenario fixes under `params` replaces what was drawn, and shifts no other draw."""
    draw = described if operation.is_described else gateway[operation.name].draw
    rng, fixed = group_stream(scenario.seed, group, "params", operation.name, *user), dict(operation.params)
    draw(stream(scenario.seed, "first"), "")
    return lambda operation_id: {**draw(rng, operation_id), **fixed}


def run_tag(scenario: Scenario) -> str:
    """Six hexadecimal digits for a scenario and its seed: keeps apart what several runs leave in one vendor."""
    return hashlib.blake2b(f"{scenario.name}:{scenario.seed}".encode(), digest_size=3).hexdigest()
