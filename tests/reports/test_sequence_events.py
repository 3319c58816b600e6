"""What the target said, in words."""

import pytest

from brownout_reports.rows import EventRow
from brownout_reports.sequence_events import Look, told, took


def an_event(
    kind: str, outcome: str = "", *, call: str = "create_charge", detail: str = "", at_s: float = 1.0
) -> EventRow:
    return EventRow(at_s, kind, "stripe", call, "pay-1", 1, outcome, 0.0, detail)


def texts(*events: EventRow, outcomes: frozenset[str] = frozenset({"done"})) -> list[str]:
    return [each.text for each in told(events, set(outcomes))]


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (an_event("retry_scheduled", "vendor_unavailable", detail="0.0635"),
         "tries again in 63.5 ms, after vendor unavailable"),
        (an_event("retry_scheduled", "throttled", detail="soon"), "tries again in soon, after throttled"),
        (an_event("retry_suppressed", "throttled"), "does not try again after throttled: no retries left to spend"),
        (an_event("call_rejected", "breaker"), "turned away by its own breaker: create_charge at stripe"),
        (an_event("fallback_served"), "serves a fallback for create_charge"),
        (an_event("defect", "KeyError"), "an error that nobody expected: KeyError"),
        (an_event("idempotency", "taken_over", call="pay"), "claim of pay: taken over"),
        (an_event("dead_lettered", "breaker_open", detail="dl_1"), "sets aside dl_1 after breaker open"),
        (an_event("redriven", "done", detail="dl_1"), "sent again, dl_1: done"),
        (an_event("call_finished", "vendor_unavailable"), "its call fails: vendor unavailable"),
    ],
)  # fmt: skip
def test_what_no_book_holds_is_said(event: EventRow, text: str) -> None:
    assert texts(event) == [text]


def test_what_the_books_tell_is_left_to_them() -> None:
    kinds = ("attempt_started", "attempt_finished", "breaker_transition", "started", "something_new")
    assert texts(*(an_event(kind, "x") for kind in kinds), an_event("call_finished", "ok")) == []


def test_a_failure_that_has_been_explained_is_said_once() -> None:
    for kind in ("call_rejected", "retry_suppressed"):
        assert len(texts(an_event(kind, "breaker"), an_event("call_finished", "breaker_open"))) == 1
    # Of another call it explains nothing; nor does the retry that was still to come.
    other = an_event("call_finished", "vendor_unavailable", call="find_charges")
    assert len(texts(an_event("call_rejected", "breaker"), other)) == 2
    again = (an_event("attempt_started"), an_event("call_finished", "vendor_unavailable"))
    assert len(texts(an_event("call_rejected", "breaker"), *again)) == 2


def test_the_target_s_own_word_on_the_end_is_said_where_the_driver_heard_another() -> None:
    ended = an_event("operation_finished", "done")
    assert texts(ended) == []
    assert texts(ended, outcomes=frozenset({"unknown"})) == ["ends it: done"]
    assert texts(an_event("operation_finished", "dead_lettered"), outcomes=frozenset({"accepted"})) == []


def test_a_redrive_that_failed_resolves_nothing() -> None:
    failed, done = told(
        [an_event("redriven", "failed", detail="dl_1"), an_event("redriven", "done", detail="dl_1")], set()
    )
    assert (failed.resolves, done.resolves) == ("", "dl_1")


def test_a_conflict_is_no_calm_claim() -> None:
    assert [each.look for each in told([an_event("idempotency", "conflict")], set())] == [Look.WARM]


@pytest.mark.parametrize(("seconds", "text"), [(6.4523, "6.45 s"), (0.538, "538 ms"), (0.0, "0 s"), (-1.0, "0 s")])
def test_how_long_it_took_is_said_as_one_reads_it(seconds: float, text: str) -> None:
    assert took(seconds) == text
