"""Each scenario about a link catches a known-bad part that only such a link brings to light."""

import pytest

from brownout_harness.audit.matrix import run_cell
from brownout_harness.audit.mutants import MUTANTS
from brownout_reports.run_folder import Status
from brownout_scenarios.library import names

CATCHES = {
    "link-slow": ("retries-unsafe-calls", "exactly_once"),
    "link-narrow": ("times-each-read", "deadline_respected"),
    "link-resets": ("sends-again-by-itself", "telemetry_true"),
    "link-swallows": ("numbers-orders-anew", "exactly_once"),
    "link-cut": ("redrives-nothing", "nothing_lost"),
    "link-to-store": ("serves-without-a-claim", "requests"),
}


def test_each_scenario_about_a_link_catches_something() -> None:
    assert CATCHES.keys() == {name for name in names() if name.startswith("link-")}
    assert {part for part, _ in CATCHES.values()} <= MUTANTS.keys()


@pytest.mark.thorough
@pytest.mark.parametrize("scenario", CATCHES)
def test_it_catches_it(scenario: str) -> None:
    part, expectation = CATCHES[scenario]
    cell = run_cell(part, scenario)
    assert cell.status is Status.FAILED
    assert expectation in cell.failed
