"""How results are worded."""

import pytest

from brownout_harness.judging.expectations import EXPECTATIONS
from brownout_harness.judging.expectations.base import Violation, Wording, counted, percent, seconds, title_of
from brownout_harness.judging.expectations.breaker import Breaker
from brownout_harness.judging.expectations.no_secrets import NoSecrets
from brownout_harness.judging.expectations.success_rate import SuccessRate
from brownout_reports.run_folder import Status


def test_a_title_names_the_parameters_that_were_set() -> None:
    demand = Breaker(vendor="stripe", of="outage", opens_within_s=10)
    assert title_of(demand) == "breaker: vendor stripe, of outage, opens_within 10 s"
    assert title_of(NoSecrets()) == "no_secrets"


def test_a_failure_shows_the_first_three_cases_in_time_and_when_it_began() -> None:
    violations = [Violation(float(n), f"op-{n}", "wrong") for n in (5, 2, 9, 1)]
    result = Wording(NoSecrets(), "nothing", "steady").failed("four", violations)
    assert [case.operation_id for case in result.cases] == ["op-1", "op-2", "op-5"]
    assert result.when == "steady; first at 1.000 s"
    assert result.status is Status.FAILED


def test_too_few_samples_are_inconclusive_and_say_how_many_are_needed() -> None:
    result = Wording(NoSecrets(), "nothing").too_few(3, 10, "operations")
    assert result.status is Status.INCONCLUSIVE
    assert result.observed == "too few samples: 3 operations, at least 10 needed"


@pytest.mark.parametrize(("value", "text"), [(0.25, "250 ms"), (12.4, "12.4 s"), (0.0, "0 s"), (3600.0, "3600 s")])
def test_seconds_are_written_for_people(value: float, text: str) -> None:
    assert seconds(value) == text


def test_a_share_is_never_rounded_up_to_a_whole() -> None:
    assert percent(0.99999) == "99.99 %"
    assert percent(1.0) == "100 %"
    assert percent(0.29) == "29 %"


def test_counts_agree_with_their_noun() -> None:
    assert counted(1, "request") == "1 request"
    assert counted(2, "request") == "2 requests"


def test_the_table_names_every_expectation_as_it_names_itself() -> None:
    assert {name: each.NAME for name, each in EXPECTATIONS.items()} == {name: name for name in EXPECTATIONS}


def test_a_title_shows_numbers_as_they_were_meant() -> None:
    rate = SuccessRate(operation="pay", at_least=99.9 * 0.01, count_accepted=True)
    assert title_of(rate) == "success_rate: operation pay, at_least 99.9 %, count_accepted"
