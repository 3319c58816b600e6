"""When the cause is gone, so is the outage."""

from dataclasses import replace
from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.no_metastability import NoMetastability
from brownout_reports.rows import OperationRow, Outcome
from brownout_reports.run_folder import Status
from tests.support.histories import beside, changed, healthy, with_operations

OVER = NoMetastability(after="outage", within_s=10, vendor="stripe")
RUN = beside(healthy(2000))


def since(at_s: float, **changes: Any) -> Evidence:
    return with_operations(RUN, lambda each: each._replace(**changes) if each.intended_s >= at_s else each)


def late(each: OperationRow, by_s: float, from_s: float = 70) -> OperationRow:
    return each._replace(finished_s=each.finished_s + by_s) if each.intended_s >= from_s else each


def status(evidence: Evidence, demand: NoMetastability = OVER) -> Status:
    return demand.judge(evidence).status


def test_a_run_like_its_control_run_passes_and_says_how_sure_that_is() -> None:
    result = OVER.judge(RUN)
    assert result.status is Status.PASSED
    assert result.observed.startswith("100 % of 600 done within 1.1 s, surely 99.36 % to 100 %; 600 requests to stripe")


def test_what_is_done_late_is_not_done_in_time() -> None:
    """A backlog that stays: everything is done, and each of it long after anybody waits."""
    assert status(with_operations(RUN, lambda each: late(each, 0.9))) is Status.PASSED
    result = OVER.judge(with_operations(RUN, lambda each: late(each, 30)))
    assert (result.status, result.cases[0].at_s, result.cases[0].what) == (Status.FAILED, 70.0, "done after 30.1 s")


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN])
def test_what_is_not_done_fails_it(outcome: Outcome) -> None:
    assert status(since(69, outcome=outcome)) is Status.FAILED


def test_before_within_is_over_nothing_is_judged() -> None:
    back = with_operations(
        RUN, lambda each: each._replace(outcome=Outcome.REFUSED) if 20 <= each.intended_s < 70 else each
    )
    assert status(back) is Status.PASSED


def multiplied(times: int, from_s: float = 60) -> Evidence:
    more = [
        each._replace(seq=each.seq + 10_000 * number)
        for each in RUN.requests
        for number in range(1, times)
        if each.at_s >= from_s
    ]
    return changed(RUN, requests=[*RUN.requests, *more])


def test_a_load_that_stays_multiplied_fails_though_all_is_done() -> None:
    result = OVER.judge(multiplied(2))
    assert result.status is Status.FAILED
    assert "1200 requests to stripe, 600 in the control run" in result.observed


def test_a_vendor_that_nobody_names_is_judged_where_it_has_enough_requests() -> None:
    unnamed = replace(OVER, vendor="")
    assert status(multiplied(2), unnamed) is Status.FAILED
    few = beside(healthy(800))  # 240 requests in each
    assert "requests" not in unnamed.judge(few).observed


def test_shares_too_near_to_the_bound_cannot_be_told() -> None:
    unsure = with_operations(
        RUN, lambda each: each._replace(outcome=Outcome.REFUSED) if int(each.operation_id[3:]) % 20 == 0 else each
    )
    result = OVER.judge(unsure)
    assert (result.status, result.observed.split(",")[0]) == (Status.INCONCLUSIVE, "95 % of 600 done within 1.1 s")


def with_control(evidence: Evidence, **changes: Any) -> Evidence:
    assert evidence.control is not None
    calm = [each._replace(**changes) for each in evidence.control.wanted]
    return replace(evidence, control=changed(evidence.control, operations=calm))


def test_a_control_run_that_is_ill_itself_is_no_excuse() -> None:
    """The run is no worse than it, and nothing is known."""
    ill = with_control(since(0, outcome=Outcome.REFUSED), outcome=Outcome.REFUSED)
    assert status(ill) is Status.INCONCLUSIVE


def test_a_control_run_that_gets_slower_is_no_excuse() -> None:
    """Overloaded without any fault: it would hide that the run is, too."""
    slow = with_operations(RUN, lambda each: late(each, 30))
    assert slow.control is not None
    both = replace(slow, control=with_operations(slow.control, lambda each: late(each, 30)))
    result = OVER.judge(both)
    assert (result.status, result.observed) == (
        Status.INCONCLUSIVE,
        "the control run got slower itself: p99 30.1 s, 100 ms before outage",
    )


def test_a_cause_from_the_start_leaves_nothing_to_compare_the_control_run_with() -> None:
    result = NoMetastability(after="steady", within_s=10).judge(RUN)
    assert result.status is Status.INCONCLUSIVE
    assert "nothing was asked before steady" in result.observed


@pytest.mark.parametrize(
    "evidence", [healthy(2000), beside(healthy(100)), replace(RUN, control=None, no_control="interrupted")]
)
def test_without_a_control_run_or_with_too_few_samples_it_says_nothing(evidence: Evidence) -> None:
    assert status(evidence) is Status.INCONCLUSIVE


def test_it_needs_its_phase_and_time_after_it() -> None:
    assert status(RUN, NoMetastability(after="never", within_s=1)) is Status.INCONCLUSIVE
    assert status(RUN, NoMetastability(after="outage", within_s=39.9)) is Status.INCONCLUSIVE
    assert status(RUN, NoMetastability(after="outage", within_s=60)) is Status.INCONCLUSIVE


@pytest.mark.parametrize(
    "wrong",
    [{"after": ""}, {"within_s": 0}, {"at_least": 1}, {"at_least": 0}, {"late_by_s": 0}, {"requests_at_most": 1}],
)
def test_parameters_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no_metastability"):
        NoMetastability(**{"after": "outage", "within_s": 5, **wrong})  # type: ignore[arg-type]


def test_a_few_users_who_wait_ask_less_when_answers_come_late() -> None:
    """Half as much was asked, and all of it done: half as much goodput."""
    fewer = changed(
        RUN, operations=[each for each in RUN.wanted if int(each.operation_id[3:]) % 2], think_s={"shoppers": 1.0}
    )
    assert status(fewer) is Status.FAILED
