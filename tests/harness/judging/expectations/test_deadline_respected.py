"""Answered in time, and nothing started after it."""

from dataclasses import replace

import pytest

from brownout_harness.asked.exchange import instants_text
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.deadline_respected import DeadlineRespected
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import Status
from brownout_reports.strikes import StrikeRow
from brownout_reports.tables import Rows
from tests.support.histories import changed, healthy, letter, request, with_operations

WITHIN = DeadlineRespected(operation="pay", within_s=2.0)


def slow(longest_s: float, *numbers: int, asks: int = 1) -> Evidence:
    names = {f"op-{n}" for n in numbers}
    return with_operations(
        healthy(),
        lambda each: (
            each._replace(finished_s=each.sent_s + longest_s * asks, longest_ask_s=longest_s, asks=asks)
            if each.operation_id in names
            else each
        ),
    )


def test_in_time_with_the_way_there_and_back_passes() -> None:
    assert WITHIN.judge(slow(2.2, 1, 2)).status is Status.PASSED


def test_one_late_answer_fails() -> None:
    result = WITHIN.judge(slow(2.3, 7))
    assert (result.status, result.observed) == (Status.FAILED, "slowest of 200 operations 2.3 s, 1 late")
    assert result.cases[0].what == "done after 2.3 s"


def test_a_share_of_late_answers_may_be_allowed() -> None:
    assert (
        DeadlineRespected(operation="pay", within_s=2, late_at_most=0.01).judge(slow(3, 7, 8)).status is Status.PASSED
    )
    assert (
        DeadlineRespected(operation="pay", within_s=2, late_at_most=0.01).judge(slow(3, 7, 8, 9)).status
        is Status.FAILED
    )


def test_each_ask_has_its_own_deadline() -> None:
    assert WITHIN.judge(slow(1.9, 7, asks=4)).status is Status.PASSED
    assert WITHIN.judge(slow(2.5, 7, asks=4)).status is Status.FAILED


def test_an_answer_that_never_came_is_late() -> None:
    waited = with_operations(slow(30.0, 7), lambda each: each._replace(outcome=Outcome.UNKNOWN, status=0))
    assert WITHIN.judge(waited).status is Status.FAILED


def test_a_request_started_after_the_deadline_fails() -> None:
    evidence = healthy()
    zombie = request(7, at_s=3.5 + 2.3, seq=9_000)
    result = WITHIN.judge(changed(evidence, requests=(*evidence.requests, zombie)))
    assert result.status is Status.FAILED
    assert result.cases[0].what == "POST /v1/payment_intents started 300 ms after the deadline"


def test_one_that_a_link_held_up_may_have_been_sent_in_time_and_may_not() -> None:
    evidence = healthy()
    late = request(7, at_s=3.5 + 2.3, seq=9_000, faults=("slow.0",))
    changes = changed(evidence, requests=(*evidence.requests, late))
    strike = StrikeRow(3.0, "slow.0", "gateway", "stripe", 1, 4000, "upstream", 7.0, 3)
    result = WITHIN.judge(replace(changes, tables=changes.tables.but(Rows.of(StrikeRow, [strike]))))
    assert result.status is Status.INCONCLUSIVE
    assert "1 request came after it that a link held up on their way" in result.observed


def test_a_redrive_comes_later_on_purpose() -> None:
    evidence = healthy()
    again = request(7, at_s=90.0, seq=9_000)
    redriven = changed(evidence, requests=(*evidence.requests, again), dead_letters=(letter(7),))
    assert WITHIN.judge(redriven).status is Status.PASSED
    under_way = changed(redriven, dead_letters=(letter(7, state="redriving", attempts=1),))
    assert WITHIN.judge(under_way).status is Status.PASSED
    never = changed(redriven, dead_letters=(letter(7, state="pending", attempts=1),))
    assert WITHIN.judge(never).status is Status.FAILED


def test_between_two_asks_the_deadline_of_the_first_one_counts() -> None:
    """The caller has gone, and asks again only much later: whoever is still busy for it is so for nobody."""
    late = request(7, at_s=3.5 + 5.0, seq=9_000)
    again = with_operations(
        changed(healthy(), requests=(*healthy().requests, late)),
        lambda each: (
            each._replace(asks=2, again_at=instants_text([each.sent_s + 20.0]), finished_s=each.sent_s + 20.1)
            if each.operation_id == "op-7"
            else each
        ),
    )
    result = WITHIN.judge(again)
    assert (result.status, [case.what for case in result.cases]) == (
        Status.FAILED,
        ["POST /v1/payment_intents started 3 s after the deadline"],
    )
    in_time = with_operations(again, lambda each: each._replace(again_at=each.again_at and instants_text([8.0])))
    assert WITHIN.judge(in_time).status is Status.PASSED


def test_after_the_last_ask_its_own_deadline_counts() -> None:
    """It was asked for twice; long after the second time a vendor still gets requests for it."""
    asked_s = 3.5 + 10.0
    again = with_operations(
        healthy(),
        lambda each: (
            each._replace(asks=2, again_at=instants_text([asked_s]), finished_s=asked_s + 0.1)
            if each.operation_id == "op-7"
            else each
        ),
    )
    late = request(7, at_s=asked_s + 6.0, seq=9_000)
    result = WITHIN.judge(changed(again, requests=(*again.requests, late)))
    assert (result.status, [case.what for case in result.cases]) == (
        Status.FAILED,
        ["POST /v1/payment_intents started 4 s after the deadline"],
    )
    in_time = request(7, at_s=asked_s + 1.0, seq=9_000)
    assert WITHIN.judge(changed(again, requests=(*again.requests, in_time))).status is Status.PASSED


def test_too_few_operations_or_an_unknown_phase_say_nothing() -> None:
    assert WITHIN.judge(healthy(19)).status is Status.INCONCLUSIVE
    assert DeadlineRespected(operation="pay", within_s=2, during="no").judge(healthy()).status is Status.INCONCLUSIVE


@pytest.mark.parametrize("parameters", [{"within_s": 0}, {"overshoot_s": -1}, {"late_at_most": 1}])
def test_parameters_are_checked(parameters: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="deadline_respected"):
        DeadlineRespected(operation="pay", **{"within_s": 2, **parameters})  # type: ignore[arg-type]
