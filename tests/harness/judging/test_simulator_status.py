"""What a simulator says of itself: counts, shortfalls, credentials."""

import pytest

from brownout_harness.judging.evidence import GapKind
from brownout_harness.judging.inputs import FaultCount
from brownout_harness.judging.simulator_status import fault_counts, simulator_gaps

STATUS = {
    "rules": [{"id": "brownout.0", "matched": 10, "struck": 4}],
    "ledger": {"dropped": 0},
    "deliveries": {"dropped": 0},
    "serving": {"asked_work_s": 0.0, "given_work_s": 0.0},
    "problems": [],
}


def test_counts_are_read_by_rule() -> None:
    assert fault_counts(STATUS) == {"brownout.0": FaultCount(10, 4)}


def test_a_simulator_that_kept_its_promise_has_no_gap() -> None:
    assert simulator_gaps("stripe", STATUS) == []


def test_dropped_rows_and_its_own_problems_are_gaps() -> None:
    gaps = simulator_gaps("stripe", {**STATUS, "ledger": {"dropped": 3}, "problems": ["an action failed"]})
    assert [gap.kind for gap in gaps] == [GapKind.LEDGER_OVERFLOW, GapKind.OTHER]
    (gap,) = simulator_gaps("stripe", {**STATUS, "deliveries": {"dropped": 3}})
    assert gap[:2] == (GapKind.EVIDENCE_LOST, "stripe dropped 3 attempts at deliveries")


@pytest.mark.parametrize(("given_s", "is_slow"), [(100.0, False), (110.0, False), (112.0, True)])
def test_a_simulator_that_worked_for_longer_than_it_was_to_has_taken_capacity_away_itself(
    given_s: float, is_slow: bool
) -> None:
    gaps = simulator_gaps("stripe", {**STATUS, "serving": {"asked_work_s": 100.0, "given_work_s": given_s}})
    assert [gap.kind for gap in gaps] == [GapKind.OTHER] * is_slow
    told = "stripe simulator worked for 112.0 s on what was to take 100.0 s: the machine was slow, and not the vendor's"
    assert all(told in gap.detail for gap in gaps)
