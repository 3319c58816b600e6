"""Of how often users ask: each rate is said once, of a phase that there is, and all of them can be had."""

from brownout_scenarios import spelling, units
from brownout_scenarios.checks.common import MAX_ARRIVALS, Found, check_rate, groups_in
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Group, ends_of
from brownout_scenarios.yaml_tree import Path


def rates(scenario: Scenario) -> Found:
    groups = groups_in(scenario)
    yield from _of_phases(scenario, groups)
    for at, group in groups:
        yield from _of_group(scenario, group, at)
    coming = [_arrivals(scenario, group) for _, group in groups]
    if sum(coming) > MAX_ARRIVALS:
        most, _ = groups[coming.index(max(coming))]
        yield (*most, "arrivals", "rate"), f"makes {sum(coming):.0f} arrivals in all; at most {MAX_ARRIVALS}"


def _of_phases(scenario: Scenario, groups: list[tuple[Path, Group]]) -> Found:
    for index, phase in enumerate(scenario.phases):
        if phase.rate_per_s is None:
            continue
        place: Path = ("phases", index, "rate")
        for end in ends_of(phase.rate_per_s):
            yield from check_rate(end, place, least=0.0)
        if len(groups) > 1:
            yield place, f"whose? There are several groups: write `rates: {{{phase.name}: 50/s}}` under one of them"
        elif phase.name in groups[0][1].rates_per_s:
            yield place, "is said twice: the workload's rates name this phase, too"


def _of_group(scenario: Scenario, group: Group, at: Path) -> Found:
    yield from check_rate(group.arrivals.rate_per_s, (*at, "arrivals", "rate"))
    phases = [phase.name for phase in scenario.phases]
    for name, rate in group.rates_per_s.items():
        if name not in phases:
            yield (*at, "rates", name), f"no phase named {units.shown(name)}{spelling.hint(name, phases)}"
        for end in ends_of(rate):
            yield from check_rate(end, (*at, "rates", name), least=0.0)


def _arrivals(scenario: Scenario, group: Group) -> float:
    """How many there will be, about."""
    found = [phase.for_s * sum(ends_of(group.rate_in(phase.name, phase.rate_per_s))) / 2.0 for phase in scenario.phases]
    return sum(found)
