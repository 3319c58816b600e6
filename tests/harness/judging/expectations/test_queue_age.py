"""Nothing that was taken on, or set aside, waits for longer than it may."""

import json
from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.queue_age import QueueAge
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import Status
from brownout_reports.spans import PhaseSpan
from tests.support.histories import changed, effect, known, letter, operation

SOON = QueueAge(at_most_s=30)
PHASES = (PhaseSpan("early", 0.0, 50.0), PhaseSpan("late", 50.0, 100.0))


def waiting(count: int = 10, done_after_s: float = 20.0, **more: Any) -> Evidence:
    """Taken on at 1, 2, … s, and done so long after it."""
    rows = [operation(n, at_s=float(n), finished_s=float(n), outcome=Outcome.ACCEPTED) for n in range(1, count + 1)]
    given: dict[str, Any] = {
        "operations": rows,
        "effects": [effect(n, at_s=n + done_after_s, seq=n) for n in range(1, count + 1)],
        "phases": PHASES,
        "duration_s": 100.0,
        **more,
    }
    return known(**given)


def status(evidence: Evidence, demand: QueueAge = SOON) -> Status:
    return demand.judge(evidence).status


def test_what_is_done_in_time_passes_and_tells_the_oldest() -> None:
    result = SOON.judge(waiting())
    assert (result.status, result.observed) == (Status.PASSED, "10 operations waited; the oldest for 20 s")


def test_one_that_is_done_too_late_is_one_too_many() -> None:
    evidence = waiting()
    late = [each._replace(at_s=40.0) if each.operation_id == "op-3" else each for each in evidence.effects]
    result = SOON.judge(changed(evidence, effects=late))
    assert (result.status, result.cases[0].operation_id) == (Status.FAILED, "op-3")
    assert (result.observed, result.cases[0].what) == (
        "1 operation of 10 waited longer; the oldest for 37 s",
        "waited for 37 s",
    )


def test_what_is_never_done_waits_to_the_end_of_the_run() -> None:
    evidence = waiting()
    left = [each for each in evidence.effects if each.operation_id != "op-3"]
    result = SOON.judge(changed(evidence, effects=left))
    assert (result.status, result.cases[0].what) == (Status.FAILED, "waited for 97 s, and still does")
    assert status(changed(evidence, effects=left), QueueAge(at_most_s=98)) is Status.PASSED


def test_that_a_letter_was_redriven_is_no_end_before_the_books_say_so() -> None:
    redriven = [letter(n, state="redriven", resolved_at=n + 5.0) for n in range(1, 11)]
    assert status(waiting(done_after_s=40, dead_letters=redriven)) is Status.FAILED
    assert status(waiting(effects=(), dead_letters=redriven)) is Status.FAILED
    assert status(waiting(effects=(), dead_letters=redriven, leaves={})) is Status.PASSED


@pytest.mark.parametrize("state", ["refused", "discarded"])
def test_one_that_was_given_up_waits_no_more(state: str) -> None:
    given_up = [letter(n, state=state, resolved_at=n + 5.0) for n in range(1, 11)]
    assert status(waiting(effects=(), dead_letters=given_up)) is Status.PASSED
    undated = [each._replace(resolved_at=None) for each in given_up]
    assert status(waiting(effects=(), dead_letters=undated)) is Status.FAILED


def test_a_letter_that_waits_makes_its_operation_wait() -> None:
    some = [letter(n, state="refused", resolved_at=5.0) for n in range(1, 10)]
    still = [*some, letter(10, state="pending", resolved_at=None)]
    assert status(waiting(effects=(), dead_letters=still)) is Status.FAILED


def test_a_letter_of_one_that_was_told_nothing_waits_from_its_first_attempt() -> None:
    rows = [operation(n, at_s=1.0, finished_s=60.0, outcome=Outcome.UNKNOWN, status=0) for n in range(1, 11)]
    letters = [letter(n, first_attempt_at=2.0, state="redriven") for n in range(1, 11)]
    evidence = waiting(operations=rows, dead_letters=letters, done_after_s=50)
    result = SOON.judge(evidence)
    assert (result.status, result.observed.split("; ")[1]) == (Status.FAILED, "the oldest for 58 s")


def test_what_is_followed_waits_until_it_is_seen_to_have_ended() -> None:
    seen = json.dumps([[12.0, "queued", "accepted"], [15.0, "sent", "done"]])
    rows = [each._replace(states=seen) for each in waiting().operations]
    assert status(waiting(operations=rows, effects=(), leaves={})) is Status.PASSED
    never = json.dumps([[12.0, "queued", "accepted"], [99.0, "queued", "accepted"]])
    rows = [each._replace(states=never) for each in rows]
    assert status(waiting(operations=rows, effects=(), leaves={})) is Status.FAILED


def test_of_what_nobody_can_see_nothing_can_be_said() -> None:
    result = SOON.judge(waiting(leaves={}))
    assert (result.status, result.observed) == (
        Status.INCONCLUSIVE,
        "10 operations taken on, and nobody says what pay leaves, shows a letter of it, or can be asked for its state",
    )


def test_only_what_began_to_wait_in_the_phase_counts() -> None:
    evidence = waiting(60)
    late = [each._replace(at_s=99.0) if each.operation_id == "op-3" else each for each in evidence.effects]
    evidence = changed(evidence, effects=late)
    assert status(evidence, QueueAge(at_most_s=30, during="late")) is Status.PASSED
    assert status(evidence, QueueAge(at_most_s=30, during="early")) is Status.FAILED
    assert status(evidence, QueueAge(at_most_s=30, during="never")) is Status.INCONCLUSIVE
    assert status(evidence, QueueAge(at_most_s=30, operation="notify")) is Status.INCONCLUSIVE


def test_too_few_that_waited_say_nothing_unless_one_waited_too_long() -> None:
    assert status(waiting(4)) is Status.INCONCLUSIVE
    assert status(waiting(4, done_after_s=31)) is Status.FAILED


def test_parameters_are_checked() -> None:
    with pytest.raises(ValueError, match="queue_age at_most"):
        QueueAge(at_most_s=0)
