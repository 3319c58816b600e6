"""Requests per operation asked."""

import pytest

from brownout_harness.asked.exchange import instants_text
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.amplification import Amplification
from brownout_reports.run_folder import Status
from tests.support.histories import changed, healthy, letter, request, with_operations, with_requests


def retried(evidence: Evidence, every: int) -> Evidence:
    """Every so many operations send a second request, a second later."""
    extra = [
        each._replace(seq=each.seq + 100_000, at_s=each.at_s + 1.0)
        for each in evidence.requests
        if int(each.operation_id[3:]) % every == 0
    ]
    return changed(evidence, requests=(*evidence.requests, *extra))


def asked_again(evidence: Evidence, *after_s: float) -> Evidence:
    """Every caller asks again, so long after the first time."""
    return with_operations(
        evidence,
        lambda each: each._replace(
            asks=1 + len(after_s), again_at=instants_text([each.sent_s + wait_s for wait_s in after_s])
        ),
    )


def test_passes_up_to_the_bound_and_fails_above_it() -> None:
    evidence = retried(healthy(200), every=5)
    assert Amplification(vendor="stripe", max=1.2).judge(evidence).status is Status.PASSED
    result = Amplification(vendor="stripe", max=1.19).judge(evidence)
    assert result.status is Status.FAILED
    assert result.observed == "1.200 (240 requests for 200 operations)"
    assert [case.what for case in result.cases] == ["2 requests to stripe"] * 3


def test_an_ask_of_the_driver_is_not_the_targets_retry() -> None:
    evidence = asked_again(retried(healthy(200), every=1), 0.9)
    assert Amplification(vendor="stripe", max=1).judge(evidence).status is Status.PASSED


def test_an_ask_that_reached_nobody_pays_for_no_retry() -> None:
    """Five requests in the first ask, nine asks that a breaker turned away: that is five, not a half."""
    loud = retried(retried(healthy(200), every=1), every=1)
    patient = asked_again(loud, *(10.0 + n for n in range(9)))
    result = Amplification(vendor="stripe", max=1.5).judge(patient)
    assert (result.status, result.observed) == (Status.FAILED, "4.000 (800 requests for 200 operations)")


def test_an_ask_outside_the_phase_pays_for_no_retry_in_it() -> None:
    early = retried(healthy(200), every=1)  # twice in a second, all within the phase
    late = asked_again(early, 50.0)
    assert Amplification(vendor="stripe", max=1.5, during="steady").judge(late).status is Status.FAILED


def test_a_redrive_is_not_a_retry() -> None:
    evidence = changed(retried(healthy(200), every=1), dead_letters=tuple(letter(n) for n in range(200)))
    assert Amplification(vendor="stripe", max=1).judge(evidence).status is Status.PASSED


def test_asking_often_does_not_pay_for_retries_of_another_operation() -> None:
    half = asked_again(retried(healthy(200), every=2), 0.9)
    patient = with_operations(
        half, lambda each: each if each.operation_id[-1] in "13579" else each._replace(asks=1, again_at="")
    )
    assert Amplification(vendor="stripe", max=1.4).judge(patient).status is Status.FAILED


def test_only_the_phase_counts() -> None:
    evidence = healthy(200)
    burst = [request(n, at_s=30.0 + n / 10, seq=100_000 + n) for n in range(60, 100)] * 3
    loud = changed(evidence, requests=(*evidence.requests, *burst))
    assert Amplification(vendor="stripe", max=1, during="steady").judge(loud).status is Status.PASSED
    assert Amplification(vendor="stripe", max=1, during="outage").judge(loud).status is Status.FAILED


def test_requests_without_an_operation_id_are_held_against_the_operations_asked() -> None:
    evidence = with_requests(retried(healthy(200), every=1), lambda each: each._replace(operation_id=""))
    result = Amplification(vendor="stripe", max=1.5).judge(evidence)
    assert (result.status, result.observed) == (Status.FAILED, "2.000 (400 requests for 200 operations)")


def test_a_request_without_an_operation_id_is_not_left_out() -> None:
    evidence = retried(healthy(200), every=1)
    hidden = with_requests(evidence, lambda each: each._replace(operation_id="") if each.seq >= 100_000 else each)
    assert Amplification(vendor="stripe", max=1.5).judge(hidden).status is Status.FAILED


def test_asks_are_not_operations() -> None:
    evidence = asked_again(retried(healthy(200), every=5), 0.9)
    result = Amplification(vendor="stripe", max=1).judge(evidence)
    assert result.observed == "1.000 (240 requests for 200 operations, asked or redriven 240 times)"


def test_where_nothing_arrived_nothing_was_spared() -> None:
    result = Amplification(vendor="stripe", max=2).judge(with_requests(healthy(), lambda _: None))
    assert (result.status, result.observed) == (Status.INCONCLUSIVE, "no request reached stripe: nothing to count")


def test_too_few_operations_or_an_unknown_phase_say_nothing() -> None:
    assert Amplification(vendor="stripe", max=2).judge(healthy(9)).status is Status.INCONCLUSIVE
    assert Amplification(vendor="stripe", max=2, during="no").judge(healthy()).status is Status.INCONCLUSIVE


def test_a_bound_below_one_cannot_be() -> None:
    with pytest.raises(ValueError, match=r"max must be at least 1, got 0\.5"):
        Amplification(vendor="stripe", max=0.5)
