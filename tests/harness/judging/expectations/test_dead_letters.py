"""Kept whole, drained, and once."""

import pytest

from brownout_harness.judging.evidence import OPEN_STATES, Evidence, Gap, GapKind
from brownout_harness.judging.expectations.dead_letters import DeadLetters
from brownout_reports.rows import LetterRow, Outcome
from brownout_reports.run_folder import Status
from tests.support.histories import changed, effect, healthy, letter, with_effects, with_operations

LETTERS = DeadLetters()


def set_aside(*letters: LetterRow, effects: bool = True) -> Evidence:
    """The first ten operations were accepted; `letters` is what the target shows of them."""
    first = {f"op-{n}" for n in range(10)}
    accepted = with_operations(
        healthy(), lambda each: each._replace(outcome=Outcome.ACCEPTED) if each.operation_id in first else each
    )
    kept = with_effects(accepted, lambda each: each if effects or each.operation_id not in first else None)
    return changed(kept, dead_letters=letters)


TEN = tuple(letter(n) for n in range(10))


def test_a_whole_letter_each_and_all_redriven_passes() -> None:
    result = LETTERS.judge(set_aside(*TEN))
    assert result.status is Status.PASSED
    assert result.observed == "10 dead letters: 10 redriven"


def test_accepted_without_a_letter_and_without_an_effect_fails() -> None:
    result = LETTERS.judge(set_aside(*(letter(n, state="discarded") for n in range(9)), effects=False))
    assert (result.status, result.cases[0].operation_id) == (Status.FAILED, "op-9")


def test_a_letter_that_is_no_longer_shown_is_explained_by_its_effect() -> None:
    assert LETTERS.judge(set_aside(*TEN[:9])).status is Status.PASSED


@pytest.mark.parametrize("field", ["id", "operation_id", "idempotency_key", "error_class"])
def test_a_letter_that_lacks_something_fails(field: str) -> None:
    result = LETTERS.judge(set_aside(*TEN[1:], letter(0, **{field: ""})))
    assert (result.status, f"without {field}" in result.cases[0].what) == (Status.FAILED, True)


def test_a_letter_in_no_known_state_or_of_nobody_fails() -> None:
    assert LETTERS.judge(set_aside(*TEN[1:], letter(0, state="lost"))).status is Status.FAILED
    assert LETTERS.judge(set_aside(*TEN[1:], letter(0, state=""))).status is Status.FAILED
    assert LETTERS.judge(set_aside(*TEN, letter(5_000))).status is Status.FAILED


def test_so_many_may_wait_for_a_person_and_no_more() -> None:
    some = DeadLetters(waiting_at_most=3)
    three = [letter(n, state="poison") for n in range(3)]
    result = some.judge(set_aside(*three, *TEN[3:]))
    assert (result.status, result.observed) == (Status.PASSED, "10 dead letters: 3 poison, 7 redriven")
    result = some.judge(set_aside(*three, letter(3, state="pending"), *TEN[4:]))
    assert (result.status, len(result.cases)) == (Status.FAILED, 3)
    assert "at most 3 waiting" in result.expected


def test_a_bound_on_what_waits_goes_with_drained_alone_and_is_no_negative_number() -> None:
    with pytest.raises(ValueError, match="waiting_at_most bounds nothing with drained: false"):
        DeadLetters(drained=False, waiting_at_most=1)
    with pytest.raises(ValueError, match="waiting_at_most must not be negative, got -1"):
        DeadLetters(waiting_at_most=-1)


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_a_letter_still_waiting_fails_unless_that_is_allowed(state: str) -> None:
    waiting = set_aside(*TEN[1:], letter(0, state=state))
    assert LETTERS.judge(waiting).status is Status.FAILED
    assert DeadLetters(drained=False).judge(waiting).status is Status.PASSED
    unfinished = changed(waiting, gaps=(Gap(GapKind.DRAIN_NOT_FINISHED, "redrive still running"),))
    result = LETTERS.judge(unfinished)
    assert (result.status, result.observed.endswith("but the ledger is incomplete")) == (Status.INCONCLUSIVE, True)
    held_up = changed(waiting, gaps=(Gap(GapKind.STALLED, "redis did not run for 5.0 s", 20.0, 25.0, process="redis"),))
    result = LETTERS.judge(held_up)
    assert (result.status, result.observed.endswith("own stood still")) == (Status.INCONCLUSIVE, True)


def test_redriven_without_an_effect_or_with_two_fails() -> None:
    assert LETTERS.judge(set_aside(*TEN, effects=False)).status is Status.FAILED
    twice = set_aside(*TEN)
    result = LETTERS.judge(changed(twice, effects=(*twice.effects, effect(3, seq=9_000))))
    assert (result.status, "2 effects: " in result.cases[0].what) == (Status.FAILED, True)


def test_two_letters_waiting_for_one_call_fail() -> None:
    two = set_aside(letter(0, state="pending"), letter(0, id="dl-b", state="pending"))
    assert DeadLetters(drained=False).judge(two).status is Status.FAILED


def test_something_missing_proves_nothing_where_the_ledger_is_incomplete() -> None:
    short = changed(
        set_aside(*(letter(n, state="discarded") for n in range(9)), effects=False),
        gaps=(Gap(GapKind.EVIDENCE_LOST, "dead letters"),),
    )
    assert LETTERS.judge(short).status is Status.INCONCLUSIVE


def test_fewer_letters_than_asked_for_say_nothing() -> None:
    assert LETTERS.judge(healthy()).status is Status.INCONCLUSIVE
    assert DeadLetters(at_least=11).judge(set_aside(*TEN)).status is Status.INCONCLUSIVE
    assert LETTERS.judge(changed(healthy(), dead_letters=None)).status is Status.INCONCLUSIVE


def test_only_the_named_operation_counts() -> None:
    assert DeadLetters(operation="notify").judge(set_aside(*TEN, effects=False)).status is Status.INCONCLUSIVE


def test_at_least_one_letter_must_be_asked_for() -> None:
    with pytest.raises(ValueError, match="at_least must be at least 1, got 0"):
        DeadLetters(at_least=0)
