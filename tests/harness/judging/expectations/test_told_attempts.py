"""The attempts that telemetry tells of, held against the ledgers."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.told_attempts import attempts_against_ledger
from brownout_harness.judging.refusals import Refusals
from brownout_reports.rows import EventRow, LedgerRow
from tests.support.histories import attempted, changed, healthy, request, telling

FIRST = request(3, at_s=1.51, seq=6)
"""The one request of `op-3` in a healthy history."""


def told(evidence: Evidence, change: Callable[[EventRow], EventRow | None]) -> Evidence:
    return changed(evidence, events=[new for old in evidence.events if (new := change(old)) is not None])


def with_requests_of_3(*requests: LedgerRow, telling_of: int | None = None) -> Evidence:
    """`op-3` made these, of which the target tells the first few; all where nobody says how many."""
    evidence = telling(healthy())
    others = [each for each in evidence.requests if each.operation_id != "op-3"]
    events = [each for each in evidence.events if each.operation_id != "op-3"]
    events += [event for n, each in enumerate(requests[:telling_of], 1) for event in attempted(each, n)]
    return changed(evidence, requests=[*others, *requests], events=events)


def found(evidence: Evidence) -> list[tuple[str, str]]:
    return [(each.operation_id, each.what) for each in attempts_against_ledger(evidence)]


def test_what_is_told_as_it_was_is_no_contradiction() -> None:
    retried = with_requests_of_3(FIRST._replace(status=503), request(3, at_s=2.0, seq=900))
    assert found(telling(healthy())) == found(retried) == []


def test_a_retry_of_which_nothing_is_told_is_hidden() -> None:
    hidden = with_requests_of_3(FIRST._replace(status=503), request(3, at_s=2.0, seq=900), telling_of=1)
    what = "POST /v1/payment_intents reached stripe: 2 attempts for it, and 1 told of by then"
    assert found(hidden) == [("op-3", what)]


def test_a_request_before_its_attempt_is_hidden_too() -> None:
    """What is told afterwards was made up."""
    late = told(telling(healthy()), lambda e: e._replace(at_s=e.at_s + 1) if e.operation_id == "op-3" else e)
    assert ("op-3", "POST /v1/payment_intents reached stripe: 1 attempt for it, and none told of by then") in found(
        late
    )


@pytest.mark.parametrize("status", [401, 403])
def test_a_credential_that_is_renewed_earns_one_more_request(status: int) -> None:
    """One attempt asks for a token, is refused, asks for another token, and sends the same again."""
    token = FIRST._replace(route="POST /oauth2/token", at_s=1.5, seq=5)
    refused = FIRST._replace(status=status)
    renewed, again = token._replace(at_s=1.53, seq=900), request(3, at_s=1.54, seq=901)
    attempt = attempted(FIRST._replace(at_s=1.5, finished_s=1.6))
    once = with_requests_of_3(token, refused, renewed, again, telling_of=0)
    says_so, says_otherwise = ({"stripe": Refusals(frozenset({each}))} for each in (status, 418))
    history = replace(changed(once, events=[*once.events, *attempt]), refusals=says_so)
    assert not found(history)
    assert found(replace(history, refusals=says_otherwise)), "to such a vendor that was no renewal"
    thrice = changed(once, requests=[*once.requests, again._replace(at_s=1.55, seq=902)])
    what = "POST /v1/payment_intents reached stripe: 2 attempts for it, and 1 told of by then"
    assert found(replace(changed(thrice, events=[*once.events, *attempt]), refusals=says_so)) == [("op-3", what)]


def test_each_route_is_counted_by_itself() -> None:
    """An attempt may look for what it then finds: two requests, one attempt."""
    look = FIRST._replace(route="GET /v1/payment_intents", seq=5)
    assert not found(with_requests_of_3(FIRST, look._replace(at_s=1.52), telling_of=1))


@pytest.mark.parametrize(("status", "ending"), [(503, "complete"), (200, "reset"), (0, "hang")])
def test_an_attempt_told_ok_was_answered_well(status: int, ending: str) -> None:
    ledger = with_requests_of_3(FIRST._replace(status=status, ending=ending))
    claims = told(ledger, lambda e: e._replace(outcome="ok") if e.outcome and e.operation_id == "op-3" else e)
    what = "attempt 1 at stripe was told to have ended ok, and stripe gave it no such answer"
    assert found(claims) == [("op-3", what)]


@pytest.mark.parametrize(("ending", "chunks"), [("left", 0), ("close", 7)])
def test_who_has_read_enough_may_leave(ending: str, chunks: int) -> None:
    """The vendor's books say that it left: it had the whole answer, and was quicker than the end of the sending."""
    ledger = with_requests_of_3(FIRST._replace(ending=ending, chunks=chunks))
    assert not found(ledger)


def test_an_attempt_that_was_never_made_was_answered_by_nobody() -> None:
    _, ended = attempted(request(3, at_s=50.0))
    invented = telling(healthy())
    assert found(changed(invented, events=[*invented.events, ended])) == [
        ("op-3", "attempt 1 at stripe was told to have ended ok, and stripe gave it no such answer")
    ]


@pytest.mark.parametrize("outcome", ["vendor_unavailable", "throttled", "vendor_busy", "authentication_failed"])
def test_a_failure_of_what_was_answered_well_is_made_up(outcome: str) -> None:
    claims = told(
        telling(healthy()),
        lambda e: e._replace(outcome=outcome) if e.outcome == "ok" and e.operation_id == "op-3" else e,
    )
    what = f"attempt 1 at stripe was told to have ended {outcome}, and stripe answered it well"
    assert found(claims) == [("op-3", what)]


def test_a_failure_without_a_request_needs_somebody_who_was_answered_so() -> None:
    """One renews the credential for all, and all of them fail as its request did."""
    waiting = EventRow(50.0, "attempt_finished", "stripe", "", "op-3", 2, "vendor_unavailable", 0.5)
    evidence = telling(healthy())
    claims = changed(evidence, events=[*evidence.events, waiting])
    what = "attempt 2 at stripe was told to have ended vendor_unavailable, and stripe had answered nobody so"
    assert found(claims) == [("op-3", what)]
    # It is in the books as answered a little later than its answer was read.
    renewal = request(4, at_s=49.8, finished_s=50.02, seq=902, status=503, operation_id="")
    assert not found(changed(claims, requests=[*claims.requests, renewal]))


@pytest.mark.parametrize("outcome", ["connect_failed", "connection_lost", "attempt_timeout", "cancelled"])
def test_an_attempt_that_was_not_answered_may_never_have_arrived(outcome: str) -> None:
    lost = EventRow(50.0, "attempt_finished", "stripe", "", "op-3", 2, outcome, 0.5)
    evidence = telling(healthy())
    assert not found(changed(evidence, events=[*evidence.events, lost]))


def test_a_refusal_may_be_read_out_of_a_good_answer() -> None:
    """A payment that was created and not paid."""
    refused = told(telling(healthy()), lambda e: e._replace(outcome="vendor_refused") if e.outcome == "ok" else e)
    assert not found(refused)


def test_what_has_no_operation_id_is_left_out() -> None:
    nameless = telling(healthy())
    more = request(0, at_s=3.0, seq=903, operation_id="")
    assert not found(changed(nameless, requests=[*nameless.requests, more]))


def test_an_attempt_may_have_sent_what_has_no_operation_id_and_came_in_its_time() -> None:
    evidence = telling(healthy())
    anonymous = [each._replace(operation_id="") if each == FIRST else each for each in evidence.requests]
    assert any(each.operation_id == "" for each in anonymous)
    assert not found(changed(evidence, requests=anonymous))
    later = [each._replace(at_s=60.0, finished_s=60.1) if each.operation_id == "" else each for each in anonymous]
    assert [who for who, _ in found(changed(evidence, requests=later))] == ["op-3"]
