"""Finished runs side by side."""

from pathlib import Path

import pytest

from brownout_harness.comparing.comparison import comparison_of
from brownout_harness.comparing.figures import AMPLIFICATION, SUCCESS, Name
from brownout_harness.comparing.told import told
from brownout_harness.problems import BadInput
from brownout_reports.run_folder import Mark, RunFolder, Status

Shops = dict[str, RunFolder]


def judged(run: RunFolder, **changes: object) -> RunFolder:
    return run.model_copy(update={"verdict": run.verdict.model_copy(update=changes)})


def test_the_same_run_twice_differs_in_nothing(shops: Shops) -> None:
    found = comparison_of([shops["usual"], shops["again"]])
    assert (found.alike, found.remarks, found.unsound) == ((True,), (), ())
    for name, (difference,) in found.differences.items():
        assert difference.value == 0, name
        assert difference.interval is None or difference.interval == (0, 0)
    assert any(difference.interval for (difference,) in found.differences.values())


def test_a_version_that_gives_up_at_once_is_found_to_be_worse(shops: Shops) -> None:
    found = comparison_of([shops["usual"], shops["no-retries"]])
    (success,) = found.differences[Name(SUCCESS, "pay", "outage")]
    (load,) = found.differences[Name(AMPLIFICATION, "stripe")]
    for each in (success, load):
        assert each.value is not None
        assert each.interval is not None
        assert each.value < 0
        assert each.interval.high < 0
    (steady,) = found.differences[Name(SUCCESS, "pay", "steady")]
    assert (steady.value, steady.interval) == (0, (0, 0))
    assert found.remarks == ("A and B ran different versions of the scenario: what differs is policies",)


def test_runs_of_two_seeds_are_compared_unpaired_and_it_is_said(shops: Shops) -> None:
    found = comparison_of([shops["usual"], shops["other-seed"], shops["again"]])
    assert found.alike == (False, True)
    assert found.remarks == ("A and B differ in the seed: 3, 4",)
    assert [each is None for each in found.otherwise] == [True, False]


@pytest.mark.parametrize("place", [0, 1])
def test_of_an_inconclusive_run_no_difference_is_said_and_the_first_word_is_that(shops: Shops, place: int) -> None:
    """It would read as a comparison of the experiment that was asked for, and it is none."""
    runs = [shops["usual"], shops["no-retries"]]
    runs[place] = judged(runs[place], verdict=Status.INCONCLUSIVE, reasons=("the load fell behind",))
    found = comparison_of(runs)
    assert found.unsound == (f"{'AB'[place]} is inconclusive: the load fell behind",)
    differences = [difference for (difference,) in found.differences.values()]
    assert not any(difference.interval for difference in differences)
    assert {each.why for each in differences} == {f"{'AB'[place]} says nothing"}
    assert not told(found).is_sound


def test_a_failed_run_that_fell_short_says_nothing_either(shops: Shops) -> None:
    short = judged(shops["again"], verdict=Status.FAILED, marks=(Mark(kind="gap", text="a stall of 3 s"),))
    assert comparison_of([shops["usual"], short]).unsound == ("B fell short: a stall of 3 s",)


def test_of_another_run_that_can_be_compared_the_difference_is_said_all_the_same(shops: Shops) -> None:
    unsure = judged(shops["other-seed"], verdict=Status.INCONCLUSIVE)
    found = comparison_of([shops["usual"], unsure, shops["no-retries"]])
    assert found.unsound == ("B is inconclusive: no reason is told",)
    to_b, to_c = found.differences[Name(SUCCESS, "pay", "outage")]
    assert (to_b.interval is None, to_c.interval is None) == (True, False)


def test_a_figure_that_one_of_them_lacks_is_said_and_is_not_zero(shops: Shops) -> None:
    found = comparison_of([shops["usual"], shops["again"]])
    _, other = found.sides
    del other.figures[Name(SUCCESS, "pay")]
    (difference,) = found.differences[Name(SUCCESS, "pay")]
    assert (difference.value, difference.why) == (None, "none in B")


def test_what_cannot_be_compared_is_refused(shops: Shops, tmp_path: Path) -> None:
    for few in ([shops["usual"]], [shops["usual"]] * 9):
        with pytest.raises(BadInput, match="name 2 to 8 run folders"):
            comparison_of(few)
    with pytest.raises(BadInput, match=r"is a run of shop and .* one of bakery: there is nothing to compare"):
        comparison_of([shops["usual"], judged(shops["again"], scenario="bakery")])
