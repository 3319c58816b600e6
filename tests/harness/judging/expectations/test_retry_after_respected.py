"""Not earlier than the vendor asked."""

from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.retry_after_respected import RetryAfterRespected
from brownout_reports.run_folder import Status
from tests.support.histories import changed, healthy, request

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
