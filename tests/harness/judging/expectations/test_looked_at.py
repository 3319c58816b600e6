"""A breaker that nobody tells of: what looks prove, and what they leave open."""

from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.bounds import Bound
from brownout_harness.judging.expectations.breaker import Breaker
from brownout_harness.judging.looks import Blind, Looks
from brownout_reports.rows import EventRow, Outcome
from brownout_reports.run_folder import Status
from brownout_reports.spans import PhaseSpan
from tests.support.histories import known, operation, request

PHASES = (PhaseSpan("steady", 0.0, 10.0), PhaseSpan("down", 10.0, 20.0), PhaseSpan("recovery", 20.0, 40.0))
OPENS = Breaker(vendor="stripe", opens_within_s=2.0, of="down")
CLOSES = Breaker(vendor="stripe", closes_within_s=5.0, of="recovery")
STAYS = Breaker(vendor="stripe", stays_closed=True, of="steady")


def step(at_s: float, state: str, *, since_s: float = 0.25) -> EventRow:
    return EventRow(at_s, "breaker_transition", "stripe", outcome=state, duration_s=since_s, detail="seen")


def seen(*steps: EventRow, blind: tuple[Blind, ...] = (), sent: Any = None, **more: Any) -> Evidence:
    """Ten operations a second; while it is open nothing is sent, and who asks is refused."""
    stretches = [each.at_s for each in steps if each.outcome in ("open", "closed")]
    start_s, end_s = (stretches[0], stretches[-1]) if len(stretches) > 1 else (1e9, 1e9)
    is_sent = sent or (lambda at_s: not start_s - 0.1 <= at_s < end_s)
    rows, requests = [], []
    for number in range(400):
        at_s = number / 10
        if is_sent(at_s):
            rows.append(operation(number, at_s=at_s, finished_s=at_s + 0.05))
            requests.append(request(number, at_s=at_s + 0.01, seq=number))
        else:
            rows.append(operation(number, at_s=at_s, finished_s=at_s + 0.01, outcome=Outcome.REFUSED, status=503))
    looks = {"stripe": Looks(160, 0.25, blind)}
    return known(
        operations=rows, requests=requests, events=list(steps), looks=looks, phases=PHASES, telemetry=False, **more
    )


OPENED, CLOSED_AGAIN = step(11.0, "open"), step(22.0, "closed")


@pytest.mark.parametrize(
    ("evidence", "demand", "expected", "said"),
    [
        (seen(OPENED, CLOSED_AGAIN), OPENS, Status.PASSED, "open after 1 s; seen by 160 looks, 250 ms apart at most"),
        (seen(step(12.1, "open"), CLOSED_AGAIN), OPENS, Status.INCONCLUSIVE, "stepped between two of them"),
        (seen(step(12.5, "open"), CLOSED_AGAIN), OPENS, Status.FAILED, "open after 2.5 s"),
        (seen(), OPENS, Status.FAILED, "it did not open"),
        (seen(OPENED, CLOSED_AGAIN), CLOSES, Status.PASSED, "closed for good after 2 s"),
        (seen(OPENED, step(25.1, "closed")), CLOSES, Status.INCONCLUSIVE, "stepped between two of them"),
        (seen(OPENED, step(26.0, "closed")), CLOSES, Status.FAILED, "closed for good after 6 s"),
        (seen(OPENED, CLOSED_AGAIN), STAYS, Status.PASSED, "closed throughout; seen by 160 looks"),
        (seen(step(10.1, "open"), CLOSED_AGAIN), STAYS, Status.INCONCLUSIVE, "stepped between two of them"),
        (seen(step(5.0, "open"), CLOSED_AGAIN), STAYS, Status.FAILED, "left closed at 5 s"),
    ],
)
def test_what_holds_whenever_it_stepped_between_two_looks_holds(
    evidence: Evidence, demand: Breaker, expected: Status, said: str
) -> None:
    result = demand.judge(evidence)
    assert result.status is expected, result
    assert said in result.observed


def test_where_nobody_looked_for_longer_than_it_stays_open_it_may_have_been() -> None:
    result = STAYS.judge(seen(blind=(Blind(3.0, 9.0),)))
    assert (result.status, "nobody saw it from 3 s to 9 s" in result.observed) == (Status.INCONCLUSIVE, True)
    assert STAYS.judge(seen(blind=(Blind(15.0, 19.0),))).status is Status.PASSED


def test_a_metric_that_knows_nothing_of_the_breaker_is_no_proof_that_it_is_closed() -> None:
    """The worst that could be: a gauge that nobody sets, and callers who are turned away."""
    result = STAYS.judge(seen(sent=lambda at_s: not 3.0 <= at_s < 6.0))
    assert (result.status, "turned away" in result.observed) == (Status.INCONCLUSIVE, True)


def test_seen_open_with_traffic_as_ever_is_contradicted() -> None:
    result = OPENS.judge(seen(OPENED, CLOSED_AGAIN, sent=lambda _at_s: True))
    assert (result.status, "what was seen is contradicted" in result.observed) == (Status.FAILED, True)


def test_what_looks_cannot_count_is_left_open() -> None:
    evidence = seen(OPENED, CLOSED_AGAIN)
    bounded = Breaker(vendor="stripe", openings=Bound(at_most=1))
    assert bounded.judge(evidence).status is Status.INCONCLUSIVE
    open_throughout = Breaker(vendor="stripe", stays_open=True, of="down")
    assert open_throughout.judge(seen(step(9.0, "open"), CLOSED_AGAIN)).status is Status.INCONCLUSIVE
    assert open_throughout.judge(evidence).status is Status.FAILED


def test_of_a_vendor_that_is_not_looked_at_nothing_is_known() -> None:
    assert Breaker(vendor="twilio", stays_closed=True).judge(seen()).status is Status.INCONCLUSIVE
