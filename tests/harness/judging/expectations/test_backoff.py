"""Retries wait, differently long, and never past the cap."""

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.backoff import Backoff
from brownout_reports.rows import EventRow
from brownout_reports.run_folder import Status
from tests.support.histories import changed, healthy, moved, request

CAPPED = Backoff(vendor="stripe", max_delay_s=2.0)
SPREAD = tuple(0.1 * n for n in range(1, 21))


def retried(*waits_s: float, retry_after_s: float | None = None, scheduled: bool = True) -> Evidence:
    """The first operations fail at once, and come again after these waits."""
    evidence = healthy()
    requests, events = [], list(evidence.events)
    for number, wait_s in enumerate(waits_s):
        failed = request(number, at_s=10.0 + number, seq=9_000 + number, status=503, retry_after_s=retry_after_s)
        again = request(number, at_s=failed.finished_s + wait_s, seq=9_500 + number)
        requests += [failed, again]
        if scheduled:
            events.append(EventRow(failed.finished_s, "retry_scheduled", "stripe", "pay", f"op-{number}", 1))
            events.append(EventRow(again.at_s, "attempt_started", "stripe", "pay", f"op-{number}", 2))
    return changed(evidence, requests=tuple(requests), events=tuple(events))


def test_spread_waits_up_to_the_cap_pass() -> None:
    result = CAPPED.judge(retried(*SPREAD))
    assert result.status is Status.PASSED
    assert result.observed.startswith("20 retries, the longest wait 2 s; first retries after ")


def test_a_wait_past_the_cap_fails() -> None:
    result = CAPPED.judge(retried(*SPREAD, 2.5))
    assert (result.status, result.observed) == (Status.FAILED, "1 retry of 21 past the cap")
    assert result.cases[0].what == "retry 1 came 2.5 s later"


def test_a_first_retry_comes_neither_sooner_nor_later_than_it_may() -> None:
    """A jitter that is added where it should be taken off is within the cap, and twice as impatient."""
    narrow = Backoff(vendor="stripe", max_delay_s=2.0, first_at_least_s=0.1, first_at_most_s=1.5, tolerance_s=0.0)
    within = tuple(0.1 * n for n in range(1, 16))
    assert narrow.judge(retried(*within)).status is Status.PASSED
    for wait_s in (0.05, 1.6):
        result = narrow.judge(retried(*within, wait_s))
        told = (result.status, result.observed, len(result.cases))
        assert told == (Status.FAILED, "1 retry of 16 sooner or later than a first one may be", 1)


def test_a_place_in_the_queue_may_come_on_top() -> None:
    assert CAPPED.judge(retried(*SPREAD, 2.2)).status is Status.PASSED


@pytest.mark.parametrize("wait_s", [0.0, 1.0])
def test_waits_that_are_all_the_same_fail(wait_s: float) -> None:
    assert CAPPED.judge(retried(*[wait_s] * 20)).status is Status.FAILED


def test_a_wait_that_the_vendor_asked_for_is_not_judged() -> None:
    assert CAPPED.judge(retried(*[9.0] * 20, retry_after_s=9.0)).status is Status.INCONCLUSIVE


def test_what_was_scheduled_and_then_not_made_is_not_judged() -> None:
    """The breaker opened meanwhile; a redrive, much later, is another call's first attempt."""
    late = retried(*SPREAD, 40.0)
    told = tuple(each._replace(attempt=1) if each.operation_id == "op-20" else each for each in late.events)
    assert CAPPED.judge(late).status is Status.FAILED
    assert CAPPED.judge(changed(late, events=told)).status is Status.PASSED


def test_what_waits_for_an_open_breaker_is_not_judged() -> None:
    late = retried(*SPREAD, 20.0)
    opened = (moved(31.0, "closed", "open"), moved(49.0, "open", "half_open"))
    assert CAPPED.judge(changed(late, events=(*late.events, *opened))).status is Status.PASSED


def test_a_retry_of_another_vendor_or_one_that_never_came_counts_for_nothing() -> None:
    evidence = retried(*SPREAD)
    only_first = changed(evidence, requests=tuple(each for each in evidence.requests if each.seq < 9_500))
    assert CAPPED.judge(only_first).status is Status.INCONCLUSIVE
    assert Backoff(vendor="twilio", max_delay_s=1).judge(evidence).status is Status.INCONCLUSIVE


def test_too_few_retries_or_no_telemetry_say_nothing() -> None:
    assert CAPPED.judge(retried(*SPREAD[:9])).status is Status.INCONCLUSIVE
    assert CAPPED.judge(retried(*SPREAD, scheduled=False)).status is Status.INCONCLUSIVE
    assert CAPPED.judge(changed(retried(*SPREAD), telemetry=False)).status is Status.INCONCLUSIVE


@pytest.mark.parametrize(
    "parameters",
    [
        {"max_delay_s": 0},
        {"spread_at_least": 1},
        {"tolerance_s": -1},
        {"first_at_least_s": 2},
        {"first_at_most_s": 2},
        {"first_at_least_s": 0.5, "first_at_most_s": 0.4},
    ],
)
def test_parameters_are_checked(parameters: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="backoff"):
        Backoff(**{"vendor": "stripe", "max_delay_s": 1, **parameters})  # type: ignore[arg-type]
