"""Faults that somebody changed during a run: none of the scenario's, so the run is not the one that was asked for."""

from typing import Any

import pytest

from brownout_harness.faults.touched import gaps_of
from brownout_harness.judging.evidence import Evidence, GapKind
from brownout_harness.judging.expectations import EXPECTATIONS
from brownout_harness.judging.judge import judge
from brownout_reports.run_folder import Status
from brownout_simulators.faults import rule_from_json
from tests.simulators.driving import Driver

START_S = 100.0
FAIL = {"respond": {"status": 503}}


def told(till: Driver) -> dict[str, Any]:
    return dict(till.simulator.changes())


def add(till: Driver, **rule: Any) -> None:
    till.simulator.add_fault(rule_from_json({"vendor": "till", **FAIL, **rule}), "cli")


def test_a_run_that_nobody_touched_has_no_gap() -> None:
    assert list(gaps_of("till", told(Driver({"id": "r0", **FAIL})), START_S)) == []


def test_a_fault_that_was_put_in_force_is_told_with_who_when_and_what_it_struck() -> None:
    till = Driver()
    till.clock.now_s += 5.0
    add(till, id="fault.1", share=0.5)
    till.clock.now_s += 2.5
    till.simulator.remove_fault("fault.1", "console")
    (gap,) = gaps_of("till", told(till), START_S)
    assert (gap.kind, gap.at_s, gap.until_s) == (GapKind.CHANGED_LIVE, 5.0, 7.5)
    words = "fault.1 at till (respond status 503 on 50% of every request) was put in force by cli, until 7.500 s, and"
    assert gap.detail == f"{words} struck 0 of 0"


def test_one_that_is_still_in_force_has_no_end() -> None:
    till = Driver()
    add(till, id="fault.1")
    (gap,) = gaps_of("till", told(till), START_S)
    assert (gap.at_s, gap.until_s) == (0.0, None)


def test_a_fault_of_the_schedule_that_was_taken_away_is_one_too() -> None:
    till = Driver({"id": "r0", **FAIL})
    till.clock.now_s += 5.0
    till.simulator.remove_fault(None, "cli")
    (gap,) = gaps_of("till", told(till), START_S)
    assert (gap.kind, gap.at_s) == (GapKind.CHANGED_LIVE, 5.0)
    assert gap.detail.endswith("was taken away by cli")


@pytest.mark.parametrize("change", ["schedule", "reset"])
def test_whoever_replaces_the_schedule_has_made_the_books_another_runs(change: str) -> None:
    till = Driver({"id": "r0", **FAIL})
    till.clock.now_s += 5.0
    if change == "schedule":
        till.schedule()
    else:
        till.simulator.reset()
    (gap,) = gaps_of("till", told(till), START_S)
    assert (gap.kind, gap.at_s) == (GapKind.EVIDENCE_LOST, 5.0)


def test_changes_that_were_forgotten_are_a_gap() -> None:
    (gap,) = gaps_of("till", {**told(Driver()), "dropped": 3}, START_S)
    assert gap.kind is GapKind.CHANGED_LIVE


def test_a_run_that_was_changed_does_not_pass_though_all_that_it_expects_holds() -> None:
    till = Driver()
    add(till, id="fault.1")
    gaps = tuple(gaps_of("till", told(till), START_S))
    judgement = judge(Evidence(gaps=gaps), [EXPECTATIONS["no_secrets"]()])
    assert judgement.status is Status.INCONCLUSIVE
    assert judgement.reasons[0].startswith("a fault was changed by hand at 0.000 s: fault.1 at till (respond")
