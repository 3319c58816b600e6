"""Back to what it did before, for good."""

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.bounds import Relative
from brownout_harness.judging.expectations.goodput import Goodput
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import Status
from tests.support.histories import healthy, with_operations

BACK = Goodput(operation="pay", at_least=0.99, of="steady", within_s=20, after="outage")


def refused_between(start_s: float, end_s: float, evidence: Evidence | None = None) -> Evidence:
    return with_operations(
        evidence or healthy(400),
        lambda each: each._replace(outcome=Outcome.REFUSED) if start_s <= each.intended_s < end_s else each,
    )


def test_back_in_time_passes_and_says_when_the_last_was_missed() -> None:
    result = BACK.judge(refused_between(20, 75))
    assert result.status is Status.PASSED
    assert (
        result.observed == "100 % (100 % done, 100 % in steady); 60 operations missed since, the last 14.75 s after it"
    )


def test_back_too_late_or_never_fails() -> None:
    assert BACK.judge(refused_between(20, 85)).status is Status.FAILED
    result = BACK.judge(refused_between(20, 100))
    assert (result.status, result.cases[0].at_s) == (Status.FAILED, 80.0)


def test_a_recovery_that_does_not_last_is_none() -> None:
    assert BACK.judge(refused_between(90, 95)).status is Status.FAILED


def test_it_is_measured_against_the_steady_state() -> None:
    half = with_operations(
        healthy(400), lambda each: each._replace(outcome=Outcome.REFUSED) if each.operation_id[-1] in "13579" else each
    )
    assert BACK.judge(half).status is Status.PASSED
    assert BACK.judge(refused_between(0, 20)).status is Status.INCONCLUSIVE


def test_too_little_before_or_after_says_nothing() -> None:
    assert BACK.judge(healthy(40)).status is Status.INCONCLUSIVE
    late = Goodput(operation="pay", at_least=0.99, of="steady", within_s=39, after="outage")
    assert late.judge(healthy(400)).status is Status.INCONCLUSIVE


def test_it_needs_both_phases_and_one_that_follows() -> None:
    for of, after in (("no", "outage"), ("steady", "no"), ("steady", "recovery")):
        demand = Goodput(operation="pay", at_least=0.9, of=of, within_s=5, after=after)
        assert demand.judge(healthy(400)).status is Status.INCONCLUSIVE


@pytest.mark.parametrize("parameters", [{"at_least": 0}, {"within_s": 0}, {"of": ""}])
def test_parameters_are_checked(parameters: dict[str, float]) -> None:
    valid = {"operation": "pay", "at_least": 0.9, "of": "steady", "within_s": 5, "after": "outage"}
    with pytest.raises(ValueError, match="goodput"):
        Goodput(**{**valid, **parameters})  # type: ignore[arg-type]


def test_the_phase_can_be_said_with_the_share() -> None:
    demand = Goodput(operation="pay", at_least=Relative(times=0.99, of="steady"), within_s=20, after="outage")
    for evidence in (refused_between(20, 75), refused_between(20, 85), refused_between(0, 20), healthy(40)):
        said, before = demand.judge(evidence), BACK.judge(evidence)
        assert said.model_copy(update={"title": ""}) == before.model_copy(update={"title": ""})
    with pytest.raises(ValueError, match="two phases to compare with"):
        Goodput(operation="pay", at_least=Relative(times=0.9, of="steady"), of="steady", within_s=20, after="outage")
