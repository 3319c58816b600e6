"""What has ended stays as it ended; what has no end is told, and judged where that is demanded."""

import json
from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence, Gap, GapKind
from brownout_harness.judging.expectations.finished_later import FinishedLater
from brownout_harness.judging.expectations.nothing_lost import NothingLost
from brownout_harness.judging.judge import judge
from brownout_reports.run_folder import Status
from tests.support.histories import changed, healthy, operation

ENDED = ((3.2, "completed", "done"), (20.0, "completed", "done"))
MOVED = ((3.2, "completed", "done"), (20.0, "scheduled", "accepted"))
OPEN = ((1.5, "scheduled", "accepted"), (20.0, "scheduled", "accepted"))
UNREAD = ((3.2, "completed", "done"), (20.0, "http_500", "unknown"))
NEVER = ((20.0, "http_404", "unknown"),)
STAYS = FinishedLater()


def taken_on(*stories: tuple[Any, ...] | None, within_s: float = 10.0, **changes: Any) -> Evidence:
    """Healthy operations, the first of which were followed through these states."""
    base = healthy()
    rows = list(base.operations)
    for index, states in enumerate(stories):
        ended = states and any(means == "done" for _, _, means in states)
        rows[index] = rows[index]._replace(
            states="" if states is None else json.dumps(states),
            outcome=rows[index].outcome if ended else operation(0, outcome="accepted").outcome,
            detail="" if ended else "still scheduled after 10 s",
        )
    return changed(base, operations=rows, finish_within_s={"pay": within_s}, **changes)


def test_what_stays_as_it_ended_passes() -> None:
    result = STAYS.judge(taken_on(ENDED, ENDED))
    assert (result.status, result.observed) == (Status.PASSED, "2 taken on: 2 ended done, 0 refused")


@pytest.mark.parametrize(
    ("later", "what"),
    [
        ((20.0, "scheduled", "accepted"), "was completed at 3.2 s, is scheduled at 20 s"),
        ((20.0, "rejected", "refused"), "was completed at 3.2 s, is rejected at 20 s"),
    ],
)
def test_an_end_that_moved_back_fails_by_the_two_states(later: tuple[float, str, str], what: str) -> None:
    result = STAYS.judge(taken_on(ENDED, (ENDED[0], later)))
    assert (result.status, result.cases[0].what, result.cases[0].operation_id) == (Status.FAILED, what, "op-1")
    assert result.observed == "2 taken on: 2 ended done, 0 refused; 1 end moved back"


def test_another_state_that_is_the_same_end_is_no_move() -> None:
    assert STAYS.judge(taken_on((ENDED[0], (20.0, "shipped", "done")))).status is Status.PASSED


def test_what_moved_back_did_so_however_the_load_was() -> None:
    gaps = (Gap(GapKind.FELL_BEHIND, "2 %"),)
    assert judge(taken_on(MOVED, gaps=gaps), [STAYS]).status is Status.FAILED
    late = judge(taken_on(OPEN, gaps=gaps), [FinishedLater(open_at_most=0)])
    assert late.status is Status.INCONCLUSIVE


def test_what_has_no_end_is_told_and_fails_only_where_that_is_demanded() -> None:
    history = taken_on(ENDED, OPEN)
    told = "2 taken on: 1 ended done, 0 refused; 1 had no end in time, such as op-1: still scheduled after 10 s"
    assert (STAYS.judge(history).status, STAYS.judge(history).observed) == (Status.PASSED, told)
    result = FinishedLater(open_at_most=0).judge(history)
    assert (result.status, result.cases[0].what) == (Status.FAILED, "still scheduled after 10 s")
    assert FinishedLater(open_at_most=1).judge(history).status is Status.PASSED


def test_an_end_that_only_the_last_look_saw_was_late() -> None:
    late = ((1.5, "scheduled", "accepted"), (20.0, "completed", "done"))
    result = FinishedLater(open_at_most=0).judge(taken_on(late, within_s=5.0))
    assert (result.status, result.cases[0].what) == (Status.FAILED, "completed only 19.9 s after it was taken on")
    assert FinishedLater(open_at_most=0).judge(taken_on(late, within_s=20.0)).status is Status.PASSED


def test_whose_last_state_nobody_could_read_is_not_said_to_have_stayed() -> None:
    result = STAYS.judge(taken_on(ENDED, UNREAD))
    assert result.status is Status.INCONCLUSIVE
    assert result.observed.endswith("of 1 nobody knows the state at the end: it was not read")


def test_a_place_where_no_state_ever_was_is_the_scenarios_to_correct() -> None:
    result = STAYS.judge(taken_on(NEVER, ()))
    assert result.status is Status.INCONCLUSIVE
    assert result.observed == "no state of pay could be read (still scheduled after 10 s): correct its until"


def test_where_nothing_was_taken_on_nothing_was_put_to_the_test() -> None:
    assert STAYS.judge(taken_on()).status is Status.INCONCLUSIVE
    assert FinishedLater(open_at_most=0).judge(taken_on()).status is Status.INCONCLUSIVE


def test_an_operation_whose_state_nobody_asks_for_cannot_be_judged() -> None:
    assert FinishedLater(operation="notify").judge(taken_on(ENDED)).status is Status.INCONCLUSIVE
    assert FinishedLater(operation="pay").judge(taken_on(ENDED)).status is Status.PASSED


def test_a_negative_allowance_cannot_be() -> None:
    with pytest.raises(ValueError, match="open_at_most must not be negative"):
        FinishedLater(open_at_most=-1)


def test_what_was_taken_on_and_left_nothing_is_told_with_its_last_state() -> None:
    history = taken_on(OPEN, dead_letters=None)
    without = changed(history, effects=[each for each in history.effects if each.operation_id != "op-0"])
    result = NothingLost().judge(without)
    assert result.status is Status.FAILED
    assert "no effect" in result.cases[0].what
    assert "(still scheduled after 10 s)" in result.cases[0].what
