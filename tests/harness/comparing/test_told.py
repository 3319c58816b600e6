"""A comparison as JSON, and in words."""

import json

import pytest

from brownout_harness.comparing.comparison import comparison_of
from brownout_harness.comparing.figures import AMPLIFICATION, OPENINGS, P99, SUCCESS
from brownout_harness.comparing.told import (
    Told,
    ToldDifference,
    ToldOtherwise,
    difference_text,
    headline,
    otherwise_text,
    told,
    value_text,
)
from brownout_reports.run_folder import RunFolder


def difference(
    value: float | None, low: float | None = None, high: float | None = None, why: str = ""
) -> ToldDifference:
    is_beyond = None if low is None or high is None else low > 0 or high < 0
    return ToldDifference(run="B", value=value, low=low, high=high, is_beyond_chance=is_beyond, is_paired=True, why=why)


@pytest.mark.parametrize(
    ("what", "of", "said", "text"),
    [
        (SUCCESS, 0.9, difference(-0.0123, -0.02, -0.001), "-1.23 points, 95 % from -2.00 to -0.10"),
        (P99, 0.4, difference(0.012, -0.004, 0.02), "+12.0 ms (+3.0 %), 95 % from -4.0 to +20.0"),
        (AMPLIFICATION, 2.0, difference(0.5, 0.25, 0.75), "+0.5000 (+25.0 %), 95 % from +0.2500 to +0.7500"),
        (P99, 0.4, difference(0.0, 0.0, 0.0), "the same"),
        (P99, 0.0, difference(0.012, why="3 of 500"), "+12.0 ms, no interval: 3 of 500"),
        (OPENINGS, 2.0, difference(-1, why="few"), "-1 (-50.0 %), no interval: few"),
        (SUCCESS, 0.9, difference(None, why="none in B"), "none in B"),
    ],
)  # fmt: skip
def test_a_difference_is_told_with_its_interval_or_why_there_is_none(
    what: str, of: float, said: ToldDifference, text: str
) -> None:
    assert difference_text(what, said, of) == text


def test_a_value_is_told_in_its_unit() -> None:
    assert [value_text(SUCCESS, 0.98765), value_text(P99, 0.0123), value_text(P99, 2.5)] == [
        "98.77 %",
        "12.3 ms",
        "2.500 s",
    ]
    assert [value_text(AMPLIFICATION, 1.05), value_text(OPENINGS, 2), value_text(SUCCESS, None)] == ["1.0500", "2", "-"]


def test_it_is_read_as_it_was_written(shops: dict[str, RunFolder]) -> None:
    found = told(comparison_of([shops["usual"], shops["no-retries"], shops["other-seed"]]))
    assert Told.model_validate_json(found.model_dump_json()) == found
    document = json.loads(found.model_dump_json())
    assert [run["label"] for run in document["runs"]] == ["A", "B", "C"]
    assert all(len(figure["values"]) == 3 and len(figure["differences"]) == 2 for figure in document["figures"])
    assert {each["is_paired"] for figure in document["figures"] for each in figure["differences"]} == {True, False}


def test_the_headline_says_how_many_differ_and_how_many_would_by_chance(shops: dict[str, RunFolder]) -> None:
    same = told(comparison_of([shops["usual"], shops["again"]]))
    assert " none is beyond chance; if chance alone were at work, 5 % of them would seem to be." in headline(same)
    shared = same.otherwise[0].shared
    assert headline(same).endswith(f" In B none of {shared} operations went differently.")
    unsound = same.model_copy(update={"is_sound": False})
    assert "operations" not in headline(unsound), "that would read as if it had been the same experiment"
    worse = told(comparison_of([shops["usual"], shops["no-retries"]]))
    count = sum(each.is_beyond_chance is True for figure in worse.figures for each in figure.differences)
    assert count > 1
    assert f" {count} are beyond chance" in headline(worse)
    assert f" In B {sum(worse.otherwise[0].counts.values())} of {shared} operations went differently." in headline(
        worse
    )
    unsaid = worse.model_copy(update={"figures": (), "otherwise": ()})
    assert headline(unsaid) == "Nothing can be said of any difference."


def test_what_cannot_be_compared_one_by_one_is_said() -> None:
    none = ToldOtherwise(run="B", is_compared=False, shared=0, counts={}, shown=())
    assert otherwise_text(none, "A").endswith("none can be compared")
    same = ToldOtherwise(run="B", is_compared=True, shared=9, counts={}, shown=())
    assert otherwise_text(same, "A") == "all 9 operations went in B as in A, but for how long they took"
    some = ToldOtherwise(run="B", is_compared=True, shared=9, counts={"outcome": 2, "asks": 1}, shown=())
    assert otherwise_text(some, "A") == (
        "3 of 9 operations went differently in B than in A: 2 in their outcome, 1 in their asks"
    )
