"""What is listed is there, and each known-bad part goes with a scenario that catches it."""

import pytest

from brownout_harness.audit import smoke
from brownout_harness.audit.matrix import run_cell
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.running.orders import MODES, runnable
from brownout_reports.run_folder import Status
from brownout_scenarios import library


def test_every_scenario_is_of_the_library_and_runs_in_both_modes() -> None:
    assert set(smoke.scenarios()) <= set(library.names())
    assert all(runnable(name)[1] == MODES for name in smoke.scenarios())


@pytest.mark.thorough
@pytest.mark.parametrize("pair", smoke.parts())
def test_every_part_is_caught_by_its_scenario_in_virtual_time(pair: str) -> None:
    part, _, scenario = pair.partition("/")
    assert part in MUTANTS
    assert run_cell(part, scenario).status is Status.FAILED
