"""The share of what was asked that is done."""

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.bounds import Relative
from brownout_harness.judging.expectations.success_rate import SuccessRate
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import Status
from tests.support.histories import healthy, with_operations


def test_the_share_itself_is_enough_and_one_less_is_not() -> None:
    evidence = with_operations(
        healthy(200),
        lambda each: (
            each._replace(outcome=Outcome.REFUSED, status=503, detail="breaker")
            if each.operation_id in {"op-1", "op-2"}
            else each
        ),
    )
    assert SuccessRate(operation="pay", at_least=0.99).judge(evidence).status is Status.PASSED
    result = SuccessRate(operation="pay", at_least=0.992).judge(evidence)
    assert (result.status, result.observed) == (Status.FAILED, "99 % (198 of 200)")
    assert result.cases[0].what == "refused, status 503: breaker"


def test_what_was_taken_on_for_later_counts_only_where_told() -> None:
    accepted = with_operations(healthy(200), lambda each: each._replace(outcome=Outcome.ACCEPTED))
    assert SuccessRate(operation="pay", at_least=0.5).judge(accepted).status is Status.FAILED
    assert SuccessRate(operation="pay", at_least=1, count_accepted=True).judge(accepted).status is Status.PASSED


def test_only_the_phase_and_the_operation_count() -> None:
    evidence = with_operations(
        healthy(200), lambda each: each._replace(outcome=Outcome.UNKNOWN) if 20 <= each.intended_s < 60 else each
    )
    assert SuccessRate(operation="pay", at_least=1, during="steady").judge(evidence).status is Status.PASSED
    assert SuccessRate(operation="pay", at_least=0.1, during="outage").judge(evidence).status is Status.FAILED
    assert SuccessRate(operation="notify", at_least=0.1).judge(evidence).status is Status.INCONCLUSIVE


def test_too_few_operations_say_nothing() -> None:
    assert SuccessRate(operation="pay", at_least=0.9).judge(healthy(19)).status is Status.INCONCLUSIVE
    assert SuccessRate(operation="pay", at_least=0.9).judge(healthy(20)).status is Status.PASSED


def test_an_unknown_phase_says_nothing() -> None:
    assert SuccessRate(operation="pay", at_least=1, during="no").judge(healthy()).status is Status.INCONCLUSIVE


@pytest.mark.parametrize("share", [0, 1.1])
def test_a_share_is_one(share: float) -> None:
    with pytest.raises(ValueError, match=r"at_least must be in \(0, 1\]"):
        SuccessRate(operation="pay", at_least=share)


def refused_every(other: int, start_s: float, end_s: float, evidence: Evidence) -> Evidence:
    return with_operations(
        evidence,
        lambda each: (
            each._replace(outcome=Outcome.REFUSED)
            if start_s <= each.intended_s < end_s and int(each.operation_id[3:]) % other == 0
            else each
        ),
    )


def test_the_share_of_another_phase_may_be_the_measure() -> None:
    half = refused_every(2, 0, 60, healthy(400))
    demand = SuccessRate(operation="pay", during="outage", at_least=Relative(times=0.9, of="steady"))
    result = demand.judge(half)
    assert (result.status, result.observed) == (Status.PASSED, "50 % (80 of 160); 50 % in steady")
    assert result.expected == "at least 90 % of the share in steady of pay done"
    assert demand.judge(refused_every(2, 20, 60, healthy(400))).status is Status.FAILED


def test_a_share_of_nothing_or_of_too_few_is_no_measure() -> None:
    demand = SuccessRate(operation="pay", during="outage", at_least=Relative(times=0.9, of="steady"))
    assert demand.judge(refused_every(1, 0, 60, healthy(400))).status is Status.INCONCLUSIVE
    few = demand.judge(healthy(95))
    assert (few.status, few.observed) == (
        Status.INCONCLUSIVE,
        "nothing to compare with: too few pay operations in steady, or none done",
    )
    unknown = SuccessRate(operation="pay", at_least=Relative(times=0.9, of="no"))
    assert unknown.judge(healthy(400)).status is Status.INCONCLUSIVE
    with pytest.raises(ValueError, match="that is the phase itself"):
        SuccessRate(operation="pay", during="steady", at_least=Relative(times=0.9, of="steady"))
