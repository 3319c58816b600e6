"""Silence while open, a bounded number of probes while half-open."""

from dataclasses import replace

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.quiet_while_open import QuietWhileOpen
from brownout_reports.run_folder import Status
from brownout_reports.strikes import StrikeRow
from brownout_reports.tables import Rows
from tests.harness.judging.expectations.test_breaker import outage
from tests.support.histories import changed, healthy, moved, request

QUIET = QuietWhileOpen(vendor="stripe", probes=2)


def survived(*times_s: float) -> Evidence:
    """Open from 24.5 s to 64 s, half-open for 200 ms, and these further requests."""
    evidence = outage(24.5, 64.0, moved(64.2, "half_open", "closed"))
    return changed(
        evidence,
        requests=(*evidence.requests, *(request(n, at_s=at_s, seq=90_000 + n) for n, at_s in enumerate(times_s))),
    )


def test_silence_passes_and_says_how_many_would_have_come() -> None:
    result = QUIET.judge(survived())
    assert result.status is Status.PASSED
    assert (
        result.observed == "0 requests while open, at most 1 in one half-open stretch; 157 operations asked meanwhile"
    )


def test_one_request_while_open_fails() -> None:
    result = QUIET.judge(survived(40.0))
    assert result.status is Status.FAILED
    assert result.cases[0].what == "POST /v1/payment_intents arrived 15.5 s after the breaker opened"


def test_a_request_on_its_way_when_it_opened_is_none() -> None:
    assert QUIET.judge(survived(24.6)).status is Status.PASSED


def test_more_probes_than_permitted_fail() -> None:
    assert QUIET.judge(survived(64.1)).status is Status.PASSED
    result = QUIET.judge(survived(64.1, 64.11, 64.12))
    assert result.status is Status.FAILED
    assert result.cases[0].what == "4 requests in the half-open stretch from 64 s"


def test_faked_transitions_are_caught_by_the_ledger() -> None:
    lied = changed(healthy(), events=(moved(24.5, "closed", "open"), moved(64.0, "open", "half_open")))
    assert QUIET.judge(lied).status is Status.FAILED


@pytest.mark.parametrize("at_s", [(40.0,), (64.1, 64.11)])
def test_a_request_that_a_link_held_up_may_have_been_sent_before_and_may_not(at_s: tuple[float, ...]) -> None:
    evidence = survived(*at_s)
    late = [each for each in evidence.requests if each.at_s in at_s]
    others = [each for each in evidence.requests if each.at_s not in at_s]
    slow = changed(evidence, requests=(*others, *(each._replace(faults=("slow.0",)) for each in late)))
    strike = StrikeRow(30.0, "slow.0", "gateway", "stripe", 1, 4000, "upstream", 64.15, 3)
    result = QUIET.judge(replace(slow, tables=slow.tables.but(Rows.of(StrikeRow, [strike]))))
    assert result.status is Status.INCONCLUSIVE
    assert "that a link held up on their way: when they were sent nobody can tell" in result.observed
    assert QUIET.judge(slow).status is Status.FAILED


def test_never_open_or_nobody_asking_proves_nothing() -> None:
    assert QUIET.judge(healthy()).status is Status.INCONCLUSIVE
    assert QUIET.judge(changed(healthy(), telemetry=False)).status is Status.INCONCLUSIVE
    assert QUIET.judge(outage(24.5, 26.0, moved(26.2, "half_open", "closed"))).status is Status.INCONCLUSIVE


def test_parameters_are_checked() -> None:
    with pytest.raises(ValueError, match="probes must be at least 1, got 0"):
        QuietWhileOpen(vendor="stripe", probes=0)
    with pytest.raises(ValueError, match="late_by must not be negative"):
        QuietWhileOpen(vendor="stripe", late_by_s=-1)
