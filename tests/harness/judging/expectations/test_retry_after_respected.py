"""Not earlier than the vendor asked."""

from typing import Any

import pytest

from brownout_harness.judging.evidence import Deed, Evidence
from brownout_harness.judging.expectations.retry_after_respected import RetryAfterRespected
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import Status
from tests.support.histories import changed, healthy, letter, operation, request

RESPECTED = RetryAfterRespected(vendor="stripe")


def throttled(wait_s: float, again_after_s: float | None, count: int = 6, **changes: Any) -> Evidence:
    """So many calls are throttled and, if at all, come again so long after the answer."""
    requests = []
    for n in range(count):
        first = request(n, at_s=10.0 + n, seq=2 * n, status=429, retry_after_s=wait_s, **changes)
        requests.append(first)
        if again_after_s is not None:
            requests.append(request(n, at_s=first.finished_s + again_after_s, seq=2 * n + 1, **changes))
    return changed(healthy(), requests=tuple(requests))


def test_waiting_long_enough_passes() -> None:
    result = RESPECTED.judge(throttled(2.0, 2.0))
    assert (result.status, result.observed) == (Status.PASSED, "6 answers with Retry-After, 0 requests too early")


def test_coming_too_early_fails_and_says_by_how_much() -> None:
    result = RESPECTED.judge(throttled(2.0, 1.5))
    assert result.status is Status.FAILED
    assert result.cases[0].what == "asked to wait 2 s (429), came after 1.5 s"


def test_giving_up_respects_it_too() -> None:
    assert RESPECTED.judge(throttled(86_400.0, None)).status is Status.PASSED


def test_a_hostile_wish_is_honoured_up_to_the_cap() -> None:
    assert RESPECTED.judge(throttled(86_400.0, 60.0)).status is Status.PASSED
    assert RESPECTED.judge(throttled(86_400.0, 59.0)).status is Status.FAILED


def test_a_request_on_its_way_before_the_answer_could_not_know() -> None:
    assert RESPECTED.judge(throttled(2.0, -0.01)).status is Status.PASSED


def set_aside(evidence: Evidence, answered_s: float, *orders_s: float, **changes: Any) -> Evidence:
    """Each of them was answered accepted so long after it was throttled, and its letter sent again as ordered."""
    numbers = range(6)
    asked = [operation(n, at_s=9.9 + n, finished_s=10.05 + n + answered_s, outcome=Outcome.ACCEPTED) for n in numbers]
    letters = [letter(n, **changes) for n in numbers]
    deeds = tuple(Deed(order_s, "redrive dead letters", sends_again=True) for order_s in orders_s)
    return changed(evidence, operations=asked, dead_letters=letters, deeds=deeds)


def test_what_the_scenario_orders_to_be_sent_again_is_a_new_call() -> None:
    """The vendor asks for a minute; after twenty seconds the operator has what was set aside sent again."""
    redriven = throttled(60.0, 20.0)
    assert RESPECTED.judge(redriven).status is Status.FAILED
    assert RESPECTED.judge(set_aside(redriven, 0.1, 29.0)).status is Status.PASSED


def test_so_is_what_was_set_aside_while_a_redrive_was_running() -> None:
    assert RESPECTED.judge(set_aside(throttled(60.0, 20.0), 0.1, 9.0)).status is Status.PASSED


def test_a_retry_of_the_redrive_itself_is_none() -> None:
    """Ordered once, throttled, and sent again at once."""
    redriven = throttled(60.0, 20.0)
    retried = [request(n, at_s=30.5 + n, seq=900 + n) for n in range(6)]
    later = [each._replace(status=429, retry_after_s=5.0) if each.at_s > 30 else each for each in redriven.requests]
    evidence = set_aside(changed(redriven, requests=[*later, *retried]), 0.1, 29.0)
    result = RESPECTED.judge(evidence)
    assert (result.status, result.cases[0].what) == (Status.FAILED, "asked to wait 5 s (429), came after 400 ms")


@pytest.mark.parametrize(
    ("answered_s", "orders_s", "changes"),
    [
        (0.1, (), {}),  # nobody ordered it
        (0.1, (31.0 + 6,), {}),  # it was ordered only afterwards
        (0.1, (29.0,), {"attempts": 1, "state": "pending"}),  # the letter was never sent again
        (25.0, (9.0,), {}),  # the live call was not over
    ],
)
def test_whatever_else_comes_too_early_is_the_targets_own(
    answered_s: float, orders_s: tuple[float, ...], changes: dict[str, Any]
) -> None:
    evidence = set_aside(throttled(60.0, 20.0), answered_s, *orders_s, **changes)
    assert RESPECTED.judge(evidence).status is Status.FAILED


def test_another_route_is_another_call() -> None:
    evidence = throttled(2.0, None)
    others = [request(n, at_s=10.2 + n, seq=900 + n, route="POST /v1/refunds") for n in range(6)]
    assert RESPECTED.judge(changed(evidence, requests=(*evidence.requests, *others))).status is Status.PASSED


def test_without_an_operation_id_the_idempotency_key_joins() -> None:
    assert RESPECTED.judge(throttled(2.0, 1.0, operation_id="")).status is Status.FAILED
    nothing = throttled(2.0, 1.0, operation_id="", idempotency_key="")
    assert RESPECTED.judge(nothing).status is Status.INCONCLUSIVE


def test_too_few_answers_say_nothing() -> None:
    assert RESPECTED.judge(throttled(2.0, 2.0, count=4)).status is Status.INCONCLUSIVE
    assert RESPECTED.judge(healthy()).status is Status.INCONCLUSIVE


def test_parameters_are_checked() -> None:
    with pytest.raises(ValueError, match="cap must be above 0"):
        RetryAfterRespected(vendor="stripe", cap_s=0)
    with pytest.raises(ValueError, match="tolerance must not be negative"):
        RetryAfterRespected(vendor="stripe", tolerance_s=-1)
