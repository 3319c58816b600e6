"""Of how often users ask: each rate is said once, of a phase that there is, and all of them can be had."""

from typing import Final

from brownout_scenarios import spelling, units
from brownout_scenarios.checks.common import MAX_ARRIVALS, Found, check_rate, groups_in
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Group, ends_of
from brownout_scenarios.yaml_tree import Path

MAX_USERS: Final = 10_000
LEAST_THINK_S: Final = 0.01
"""What was missed while a user waited is counted by how often he would have asked: with no thought, without end."""


def rates(scenario: Scenario) -> Found:
    groups = groups_in(scenario)
    yield from _of_phases(scenario, groups)
    for at, group in groups:
        yield from _of_group(scenario, group, at)
    coming = [_arrivals(scenario, group) for _, group in groups]
    if sum(coming) > MAX_ARRIVALS:
        at, most = groups[coming.index(max(coming))]
        what = ("think",) if most.is_closed else ("arrivals", "rate")
        yield (*at, *what), f"makes {sum(coming):.0f} arrivals in all; at most {MAX_ARRIVALS}"


def _of_phases(scenario: Scenario, groups: list[tuple[Path, Group]]) -> Found:
    for index, phase in enumerate(scenario.phases):
        if phase.rate_per_s is None:
            continue
        place: Path = ("phases", index, "rate")
        for end in ends_of(phase.rate_per_s):
            yield from check_rate(end, place, least=0.0)
        if len(groups) > 1:
            yield place, f"whose? There are several groups: write `rates: {{{phase.name}: 50/s}}` under one of them"
        elif groups[0][1].is_closed:
            yield place, "replaces the rate of arrivals: users ask when they have thought"
        elif phase.name in groups[0][1].rates_per_s:
            yield place, "is said twice: the workload's rates name this phase, too"


def _of_group(scenario: Scenario, group: Group, at: Path) -> Found:
    if group.users or group.think_s is not None:
        yield from _of_users(group, at)
        return
    if group.arrivals is None:
        yield (*at, "arrivals"), "is missing: write {rate: 40/s}; or users: 20 and think: 1s"
        return
    yield from check_rate(group.arrivals.rate_per_s, (*at, "arrivals", "rate"))
    phases = [phase.name for phase in scenario.phases]
    for name, rate in group.rates_per_s.items():
        if name not in phases:
            yield (*at, "rates", name), f"no phase named {units.shown(name)}{spelling.hint(name, phases)}"
        for end in ends_of(rate):
            yield from check_rate(end, (*at, "rates", name), least=0.0)


def _of_users(group: Group, at: Path) -> Found:
    """They ask as often as they are answered: nothing else says how often."""
    if not 1 <= group.users <= MAX_USERS:
        yield (*at, "users"), f"{group.users} is outside 1 to {MAX_USERS}"
    if group.think_s is None:
        yield (*at, "think"), "is missing: write how long a user thinks before asking again, think: 1s"
    elif not LEAST_THINK_S <= group.mean_think_s <= 3600:
        yield (*at, "think"), f"{units.duration(group.mean_think_s)} is outside 10ms to 1h"
    for key, said in (("arrivals", group.arrivals), ("rates", group.rates_per_s)):
        if said:
            yield (*at, key), "goes with arrivals, not with users who wait for their answers: leave one of them out"


def _arrivals(scenario: Scenario, group: Group) -> float:
    """How many there will be, about; of users who wait, at most."""
    if group.is_closed:
        return group.users * scenario.duration_s / max(group.mean_think_s, LEAST_THINK_S)
    found = [phase.for_s * sum(ends_of(group.rate_in(phase.name, phase.rate_per_s))) / 2.0 for phase in scenario.phases]
    return sum(found)
