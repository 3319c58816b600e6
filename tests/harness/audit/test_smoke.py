"""What is listed is there, each known-bad part goes with its catcher, and the smoke set is small and sharp."""

import pytest

from brownout_harness.audit import smoke
from brownout_harness.audit.matrix import run_cell
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.running.orders import MODES, runnable
from brownout_harness.running.selection import selected
from brownout_reports.run_folder import Status
from brownout_scenarios import library
from brownout_scenarios.phases import Phase
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Group, Rising

CATCHES = 80
"""So many known-bad parts have their own catcher among them."""
SHARE = 0.25
"""Of the library's work, at most: what a run costs goes with what is asked for in it."""


def test_every_scenario_is_of_the_library_and_runs_in_both_modes() -> None:
    assert set(smoke.scenarios()) <= set(library.names())
    assert all(runnable(name)[1] == MODES for name in smoke.scenarios())


@pytest.mark.thorough
@pytest.mark.parametrize("pair", smoke.parts())
def test_every_part_is_caught_by_its_scenario_in_virtual_time(pair: str) -> None:
    part, _, scenario = pair.partition("/")
    assert part in MUTANTS
    assert run_cell(part, scenario).status is Status.FAILED


@pytest.mark.thorough  # the whole library is read
def test_the_smoke_set_catches_most_known_bad_parts_and_is_a_quarter_of_the_work() -> None:
    smoke, _ = selected(("smoke",))
    caught = [each.name for each in MUTANTS.values() if each.scenario in smoke]
    assert len(caught) >= CATCHES
    assert len(caught) > 0.6 * len(MUTANTS)
    whole = sum(asked_in(runnable(name)[0]) for name in library.names())
    assert sum(map(asked_in, smoke.values())) <= SHARE * whole


def asked_in(scenario: Scenario) -> float:
    groups = scenario.workload.groups
    return sum(_often(group, phase) * phase.for_s for group in groups for phase in scenario.phases)


def _often(group: Group, phase: Phase) -> float:
    if group.arrivals is None:
        return group.users
    rate = group.rate_in(phase.name, phase.rate_per_s)
    return (rate.from_per_s + rate.to_per_s) / 2 if isinstance(rate, Rising) else rate
