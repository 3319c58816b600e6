"""The application's wall clock: moved ahead, and every date that it gave taken back to its instant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.faults.wall import MovedWall
from brownout_reports.rows import LetterRow
from tests.support.examples import examples

EPOCH_S = 1_767_225_600.0


class Time:
    """The run's."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_day_ahead_it_stays_a_day_ahead() -> None:
    time = Time()
    wall = MovedWall(time, EPOCH_S)
    assert wall() == EPOCH_S
    time.now_s = 5.0
    wall.advance(86_400.0)
    assert wall() == EPOCH_S + 86_405.0
    time.now_s = 7.0
    assert wall() == EPOCH_S + 86_407.0


@pytest.mark.thorough
@given(steps=st.lists(st.tuples(st.floats(0, 50), st.floats(0.001, 1e6) | st.none()), min_size=1, max_size=12))
@examples(200)
def test_whatever_it_was_moved_each_date_has_the_instant_at_which_it_was_given(
    steps: list[tuple[float, float | None]],
) -> None:
    time = Time()
    wall = MovedWall(time, EPOCH_S)
    given: list[tuple[float, float]] = []
    for waits_s, ahead_s in steps:
        time.now_s += waits_s
        if ahead_s is not None:
            wall.advance(ahead_s)
        given.append((time.now_s, wall()))
    for at_s, date in given:
        assert abs(wall.instant_s(date) - at_s) < 1e-5


def test_a_date_that_it_leapt_over_is_the_instant_of_the_leap() -> None:
    time = Time()
    wall = MovedWall(time, EPOCH_S)
    for at_s in (5.0, 8.0):
        time.now_s = at_s
        wall.advance(100.0)
    leaps = [wall.instant_s(EPOCH_S + shown_s) for shown_s in (4.0, 50.0, 106.0, 150.0, 209.0)]
    assert leaps == [4.0, 5.0, 6.0, 8.0, 9.0]


def test_a_letters_dates_are_taken_back_and_what_is_empty_stays_so() -> None:
    time = Time()
    wall = MovedWall(time, EPOCH_S)
    time.now_s = 5.0
    wall.advance(86_400.0)
    letter = LetterRow(id="a", first_attempt_at=EPOCH_S + 4.0, last_attempt_at=EPOCH_S + 86_406.0)
    assert wall.true_dates(letter) == letter._replace(first_attempt_at=4.0, last_attempt_at=6.0)
