"""The operations that telemetry tells of, held against driver and ledgers."""

import json
from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence, Gap, GapKind
from brownout_harness.judging.expectations.told_endings import endings_against_driver
from brownout_reports.rows import EventRow, OperationRow, Outcome
from tests.support.histories import changed, finished, healthy, telling, with_effects, with_operations

LOST = (Gap(GapKind.EVIDENCE_LOST, "a file"),)


def with_3(evidence: Evidence, **changes: Any) -> Evidence:
    return with_operations(evidence, lambda e: e._replace(**changes) if e.operation_id == "op-3" else e)


def without_effect_of_3(evidence: Evidence) -> Evidence:
    return with_effects(evidence, lambda e: None if e.operation_id == "op-3" else e)


def telling_of_3(evidence: Evidence, **changes: Any) -> Evidence:
    """What it tells of the end of `op-3` is another thing; what it tells of the others stays true."""
    end = ("op-3", "operation_finished")
    events = [e._replace(**changes) if (e.operation_id, e.kind) == end else e for e in evidence.events]
    return changed(evidence, events=events)


def found(evidence: Evidence) -> list[tuple[str, str]]:
    return [(each.operation_id, each.what) for each in endings_against_driver(evidence)]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Outcome.REFUSED, 503), (Outcome.UNKNOWN, 504), (Outcome.ACCEPTED, 202), (Outcome.DONE, 200)],
)
def test_what_is_told_as_the_driver_heard_it_is_no_contradiction(outcome: Outcome, status: int) -> None:
    assert not found(telling(with_3(healthy(), outcome=outcome, status=status)))


@pytest.mark.parametrize(
    ("outcome", "status"), [(Outcome.REFUSED, 503), (Outcome.UNKNOWN, 504), (Outcome.ACCEPTED, 202)]
)
def test_what_is_told_to_be_done_and_was_answered_otherwise_is_not_true(outcome: Outcome, status: int) -> None:
    told = telling_of_3(telling(with_3(healthy(), outcome=outcome, status=status)), outcome="done")
    assert found(told) == [("op-3", f"the driver was answered {outcome}, and it was told to have finished done")]


def test_what_was_done_and_is_told_refused_is_not_true() -> None:
    told = telling_of_3(telling(healthy()), outcome="refused")
    assert found(told) == [("op-3", "the driver was answered done, and it was told to have finished refused")]


def test_what_is_accepted_is_told_so_with_its_dead_letter_or_without_one() -> None:
    kept, aside = (
        telling(with_3(healthy(), outcome=Outcome.ACCEPTED, status=202, detail=letter)) for letter in ("", "dl_1")
    )
    assert not found(telling_of_3(kept, outcome="accepted"))
    assert found(telling_of_3(kept, outcome="dead_lettered"))
    assert not found(telling_of_3(aside, outcome="dead_lettered"))
    assert found(telling_of_3(aside, outcome="accepted"))


@pytest.mark.parametrize(("outcome", "status"), [(Outcome.DONE, 200), (Outcome.ACCEPTED, 202)])
def test_what_was_taken_on_has_to_be_told(outcome: Outcome, status: int) -> None:
    told = telling(with_3(healthy(), outcome=outcome, status=status))
    silent = changed(told, events=[e for e in told.events if e.operation_id != "op-3"])
    assert found(silent) == [("op-3", f"the driver was answered {outcome}, and nothing was told of its end")]


def test_a_door_that_is_closing_says_no_and_tells_nothing() -> None:
    told = telling(with_3(healthy(), outcome=Outcome.REFUSED, status=503))
    assert not found(changed(told, events=[e for e in told.events if e.operation_id != "op-3"]))


def test_who_was_never_answered_may_have_been_told_of_in_any_way_but_one() -> None:
    """Done needs its effect, whether or not anybody heard of it."""
    unheard = with_3(healthy(), outcome=Outcome.UNKNOWN, status=0)
    for outcome in ("done", "refused", "unknown", "dead_lettered"):
        end = finished(next(iter(healthy().operations)))._replace(operation_id="op-3", at_s=1.7, outcome=outcome)
        told = telling(unheard)
        letter = end._replace(kind="dead_lettered")
        assert not found(changed(told, events=[*told.events, letter, end]))
        if outcome == "done":
            gone = without_effect_of_3(changed(told, events=[*told.events, end]))
            assert found(gone) == [("op-3", "told to have finished done without a stripe.charge: there is none")]
            assert not found(changed(gone, gaps=LOST))


def test_done_is_told_after_its_effect() -> None:
    later = with_effects(telling(healthy()), lambda e: e._replace(at_s=9.0) if e.operation_id == "op-3" else e)
    assert found(later) == [
        ("op-3", "told to have finished done without a stripe.charge: there was none before 9.000 s")
    ]


def test_an_effect_of_nobodys_may_be_the_one_that_is_missing() -> None:
    anonymous = with_effects(
        telling(healthy()), lambda e: e._replace(operation_id="") if e.operation_id == "op-3" else e
    )
    assert not found(anonymous)


def test_an_earlier_ask_may_end_while_the_last_one_is_refused_at_the_door() -> None:
    """The driver gave up, asked again, and met a target that was stopping; its first ask went on, and was done."""
    twice = with_3(healthy(), asks=2, again_at=json.dumps([1.8]), finished_s=1.9, outcome=Outcome.REFUSED, status=503)
    end = EventRow(1.85, "operation_finished", "", "pay", "op-3", outcome="done")
    told = telling(twice)
    others = [e for e in told.events if e.operation_id != "op-3"]
    assert not found(changed(told, events=[*others, end]))


def test_it_finishes_once_for_each_ask() -> None:
    told = telling(healthy())
    end = next(e for e in told.events if (e.operation_id, e.kind) == ("op-3", "operation_finished"))
    twice = changed(told, events=[*told.events, end])
    assert found(twice) == [("op-3", "told to have finished 2 times, asked for 1 time")]
    asked_twice = with_3(twice, asks=2, again_at=json.dumps([1.55]))
    assert not found(asked_twice)


def test_nothing_is_told_of_what_nobody_asked_for() -> None:
    told = telling(healthy())
    nobodys = EventRow(5.0, "attempt_started", "stripe", "", "op-nobodys", 1)
    ghost = changed(told, events=[*told.events, nobodys])
    assert found(ghost) == [("op-nobodys", "attempt_started was told of an operation that nobody asked for")]
    assert not found(changed(ghost, gaps=LOST))


def test_what_the_driver_never_sent_was_not_asked_for() -> None:
    unsent = OperationRow("op-unsent", "pay", 5.0, 5.0, 5.0, 0.0, 0, 0, Outcome.UNKNOWN)
    told = telling(healthy())
    event = EventRow(5.0, "attempt_started", "stripe", "", "op-unsent", 1)
    ghost = changed(told, operations=[*told.operations, unsent], events=[*told.events, event])
    assert [operation_id for operation_id, _ in found(ghost)] == ["op-unsent"]


def test_what_is_told_to_be_set_aside_has_a_letter_that_was_told_of() -> None:
    aside = telling(with_3(healthy(), outcome=Outcome.ACCEPTED, status=202, detail="dl_1"))
    assert not found(aside)
    untold = changed(aside, events=[e for e in aside.events if e.kind != "dead_lettered"])
    assert found(untold) == [
        ("op-3", "it was told to have been set aside as dl_1, and of no such letter anything was told")
    ]
    assert not found(changed(untold, gaps=LOST))
    # A process that was killed between the two tells only of what it finds there when it is asked again.
    assert not found(with_3(untold, asks=2, again_at=json.dumps([1.55])))
