"""Dead letters waiting: from when each was set aside until it was resolved."""

import numpy as np

from brownout_reports.letters import waiting
from brownout_reports.rows import EventRow, LetterRow
from brownout_reports.tables import Rows, Tables
from tests.reports.runs import a_run

EDGES_S = np.arange(0.0, 101.0)


def of(*letters: LetterRow) -> list[float] | None:
    found = waiting(Tables(Rows.of(LetterRow, letters)), EDGES_S)
    return None if found is None else found.tolist()


def test_one_waits_from_when_it_was_set_aside_until_it_was_resolved() -> None:
    found = waiting(a_run().tables, EDGES_S)
    assert found is not None
    # dl-1 was set aside at 26 s, as the target said then, dl-2 is known by its first attempt at 27.5 s.
    assert [found[at] for at in (25, 26, 27, 28, 69, 70, 100)] == [0, 1, 1, 2, 2, 1, 1]


def test_none_is_no_line() -> None:
    assert of() is None


def test_one_of_which_no_instant_is_known_is_in_no_sum() -> None:
    assert of(LetterRow("dl-1", "pay", "pending")) is None
    assert of(LetterRow("dl-1", "pay", "redriven", first_attempt_at=5.0)) is None


def test_what_the_target_said_of_it_twice_counts_once() -> None:
    told = [EventRow(at_s, "dead_lettered", detail="dl-1") for at_s in (5.0, 9.0)]
    letter = LetterRow("dl-1", "pay", "pending", first_attempt_at=1.0)
    found = waiting(Tables(Rows.of(LetterRow, [letter]), Rows.of(EventRow, told)), EDGES_S)
    assert found is not None
    assert [found[at] for at in (4, 5, 9, 100)] == [0, 1, 1, 1]
