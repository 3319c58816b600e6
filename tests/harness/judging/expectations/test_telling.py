"""What telemetry claims about a breaker, held against the ledger."""

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.telling import Stretch, contradictions, requests_while_open, telling_about
from brownout_reports.rows import EventRow, Outcome
from tests.support.histories import changed, healthy, moved, with_operations, with_requests

INF = float("inf")


def claiming(*events: EventRow, evidence: Evidence | None = None) -> Evidence:
    return changed(evidence or healthy(), events=events)


def turned_away_between(start_s: float, end_s: float) -> Evidence:
    """Operations that are refused without a request."""
    evidence = healthy()
    away = {each.operation_id for each in evidence.operations if start_s <= each.intended_s < end_s}
    refused = with_operations(
        evidence, lambda each: each._replace(outcome=Outcome.REFUSED, status=503) if each.operation_id in away else each
    )
    return with_requests(refused, lambda each: None if each.operation_id in away else each)


def test_a_breaker_starts_closed_and_follows_its_transitions() -> None:
    telling = telling_about(claiming(moved(5, "closed", "open"), moved(9, "open", "half_open")), "stripe")
    assert telling.stretches == (Stretch("closed", -INF, 5), Stretch("open", 5, 9), Stretch("half_open", 9, INF))
    assert not telling.illegal


def test_another_vendors_transitions_are_not_its_own() -> None:
    telling = telling_about(claiming(moved(5, "closed", "open", vendor="twilio")), "stripe")
    assert telling.stretches == (Stretch("closed", -INF, INF),)


def test_a_process_that_starts_anew_starts_closed() -> None:
    events = (EventRow(0.0, "started"), moved(5, "closed", "open"), EventRow(7.0, "started"))
    telling = telling_about(claiming(*events), "stripe")
    assert telling.stretches[-1] == Stretch("closed", 7.0, INF)
    assert not telling.illegal


def test_a_step_that_no_breaker_takes_is_a_contradiction() -> None:
    evidence = claiming(moved(5, "closed", "open"), moved(9, "open", "closed"))
    assert [each.what for each in telling_about(evidence, "stripe").illegal] == [
        "stripe breaker stepped from open to closed"
    ]
    twice = claiming(moved(5, "closed", "open"), moved(6, "closed", "open"))
    assert len(telling_about(twice, "stripe").illegal) == 1


def test_a_person_may_skip_a_step() -> None:
    by_hand = moved(9, "open", "closed")._replace(detail="open->closed: closed_by_hand")
    assert not telling_about(claiming(moved(5, "closed", "open"), by_hand), "stripe").illegal


def test_a_request_on_its_way_when_the_breaker_opened_is_no_leak() -> None:
    evidence = claiming(moved(10.0, "closed", "open"), moved(10.3, "open", "half_open"))
    telling = telling_about(evidence, "stripe")
    assert [len(found) for _, found in requests_while_open(evidence, telling, late_by_s=0.25)] == [0]
    assert [len(found) for _, found in requests_while_open(evidence, telling, late_by_s=0.0)] == [1]


def test_claimed_open_with_ordinary_traffic_is_a_contradiction() -> None:
    evidence = claiming(moved(10, "closed", "open"), moved(30, "open", "half_open"))
    found = contradictions(evidence, telling_about(evidence, "stripe"), late_by_s=0.25)
    assert [each.what for each in found] == ["told open from 10 s to 30 s, yet 39 requests reached stripe"]


def test_claimed_closed_with_callers_turned_away_is_a_contradiction() -> None:
    evidence = turned_away_between(30, 40)
    found = contradictions(evidence, telling_about(evidence, "stripe"), late_by_s=0.25)
    assert len(found) == 1
    assert "20 operations in a row turned away without a request to stripe" in found[0].what


def test_callers_turned_away_by_another_policy_contradict_nothing() -> None:
    evidence = turned_away_between(30, 40)
    explained = [
        EventRow(each.sent_s, "call_rejected", "stripe", "pay", each.operation_id, outcome="bulkhead")
        for each in evidence.operations
    ]
    told = changed(evidence, events=tuple(explained))
    assert not contradictions(told, telling_about(told, "stripe"), late_by_s=0.25)


def test_a_target_that_is_down_turns_nobody_away() -> None:
    evidence = with_operations(
        turned_away_between(30, 40), lambda each: each._replace(status=0) if each.status == 503 else each
    )
    assert not contradictions(evidence, telling_about(evidence, "stripe"), late_by_s=0.25)
