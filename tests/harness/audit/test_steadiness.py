"""Whether a mutant is caught by chance."""

import pytest

from brownout_harness.audit.matrix import GOOD, Cell
from brownout_harness.audit.steadiness import Seed, run_seeds, seeds_of
from brownout_reports.run_folder import Status


@pytest.fixture
def verdicts(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, Seed], Status]:
    """What a run says, by mutant and seed: where nothing else is said the good core passes and a mutant is red."""
    said: dict[tuple[str, Seed], Status] = {}

    def run_cell(mutant: str, scenario: str, seed: Seed) -> Cell:
        status = said.get((mutant, seed), Status.FAILED if mutant else Status.PASSED)
        return Cell(mutant=mutant, scenario=scenario, status=status, failed=(), observed="")

    monkeypatch.setattr("brownout_harness.audit.steadiness.run_cell", run_cell)
    return said


def test_the_scenarios_own_seed_comes_first_and_none_comes_twice() -> None:
    assert seeds_of(1) == (None,)
    assert seeds_of(3) == (None, 101, 102)


def test_a_mutant_that_is_red_at_each_seed_is_steady(verdicts: dict[tuple[str, Seed], Status]) -> None:
    found = run_seeds({"bad": "healthy"}, seeds_of(10), workers=1)
    assert (found.caught, found.unsteady, found.false_alarms) == ({"bad": 10}, (), ())


@pytest.mark.parametrize("status", [Status.PASSED, Status.INCONCLUSIVE])
def test_one_that_is_not_red_at_two_of_ten_is_not(verdicts: dict[tuple[str, Seed], Status], status: Status) -> None:
    verdicts["bad", None] = verdicts["bad", 105] = status
    found = run_seeds({"bad": "healthy"}, seeds_of(10), workers=1)
    assert (found.caught, found.unsteady) == ({"bad": 8}, ("bad",))


@pytest.mark.parametrize("status", [Status.FAILED, Status.INCONCLUSIVE])
def test_what_is_red_where_the_good_core_does_not_pass_is_no_catch(
    verdicts: dict[tuple[str, Seed], Status], status: Status
) -> None:
    verdicts[GOOD, 101] = status
    found = run_seeds({"bad": "healthy"}, seeds_of(2), workers=1)
    assert (found.caught, found.false_alarms) == ({"bad": 1}, (("healthy", 101),))
