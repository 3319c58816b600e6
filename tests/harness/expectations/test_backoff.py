"""Retries wait differently long, and never past the cap."""

import random
from dataclasses import replace
from typing import Any

import pytest

from brownout_harness.evidence import EventRecord, Evidence, RequestRecord
from brownout_harness.expectations.backoff import Backoff
from brownout_reports.run_folder import Status
from tests.support.histories import healthy, moved, request

DEMAND = Backoff(vendor="stripe", max_delay_s=1.0)


def retried(
    waits_s: list[float], *, made: bool = True, retry_after_s: float | None = None, attempt: int = 1
) -> Evidence:
    """So many calls fail once and are tried again after those waits."""
    requests: list[RequestRecord] = []
    events: list[EventRecord] = []
    for n, wait_s in enumerate(waits_s):
        first = request(n, at_s=10.0 + n * 20, seq=2 * n, status=503, retry_after_s=retry_after_s)
        again_s = first.finished_s + wait_s
        told: dict[str, Any] = {"vendor": "stripe", "call": "create", "operation_id": first.operation_id}
        requests.append(first)
        events.append(EventRecord(first.at_s, "attempt_started", attempt=attempt, **told))
        events.append(EventRecord(first.finished_s, "retry_scheduled", attempt=attempt, **told))
        if made:
            requests.append(request(n, at_s=again_s, seq=2 * n + 1))
            events.append(EventRecord(again_s, "attempt_started", attempt=attempt + 1, **told))
    return replace(healthy(), requests=tuple(requests), events=tuple(events))


def jittered(count: int, seed: int = 1) -> list[float]:
    draw = random.Random(seed)
    return [draw.uniform(0.0, 0.2) for _ in range(count)]


def test_full_jitter_below_the_cap_passes() -> None:
    result = DEMAND.judge(retried(jittered(40)))
    assert result.status is Status.PASSED, result.observed


def test_waits_of_one_length_fail() -> None:
    result = DEMAND.judge(retried([0.2] * 40))
    assert result.status is Status.FAILED
    assert "spread 0 %" in result.observed


def test_one_wait_past_the_cap_fails_and_is_shown() -> None:
    result = DEMAND.judge(retried([*jittered(39), 1.4]))
    assert result.status is Status.FAILED
    assert result.cases[0].what == "retry 1 came 1.4 s later"


def test_a_wait_for_an_open_breaker_is_no_backoff() -> None:
    evidence = retried([*jittered(39), 4.0])
    end_s = max(each.at_s for each in evidence.requests)
    around = (moved(end_s - 3.9, "closed", "open"), moved(end_s - 0.1, "open", "half_open"))
    assert DEMAND.judge(replace(evidence, events=(*evidence.events, *around))).status is Status.PASSED


def test_a_wait_that_the_vendor_asked_for_is_no_backoff() -> None:
    assert DEMAND.judge(retried([30.0] * 20, retry_after_s=30.0)).status is Status.INCONCLUSIVE


def test_a_retry_that_was_scheduled_and_never_made_counts_for_nothing() -> None:
    assert DEMAND.judge(retried(jittered(40), made=False)).status is Status.INCONCLUSIVE


def test_too_few_first_retries_say_nothing() -> None:
    assert DEMAND.judge(retried(jittered(9))).status is Status.INCONCLUSIVE
    assert DEMAND.judge(retried(jittered(40), attempt=2)).status is Status.INCONCLUSIVE


def test_without_telemetry_nobody_knows_which_requests_are_retries() -> None:
    assert DEMAND.judge(replace(retried(jittered(40)), telemetry=False)).status is Status.INCONCLUSIVE


@pytest.mark.parametrize(
    "wrong", [{"max_delay_s": 0.0}, {"max_delay_s": 1.0, "spread_at_least": 1.0}, {"max_delay_s": 1, "tolerance_s": -1}]
)
def test_parameters_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="backoff"):
        Backoff(vendor="stripe", **wrong)
