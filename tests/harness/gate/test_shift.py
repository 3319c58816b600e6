"""Whether real runs went otherwise than before."""

from dataclasses import replace

import pytest

from brownout_harness.comparing.figures import AMPLIFICATION, P99, SUCCESS
from brownout_harness.gate.shift import STUDENT, Shift, Shifts, shifts
from tests.harness.gate.measureds import PHASES, a_run, some

NOTHING = Shifts((), ())


def test_runs_that_differ_by_the_machine_s_moods_have_not_drifted() -> None:
    assert shifts(some(1), some(2)) == NOTHING


@pytest.mark.parametrize("times", [1.1, 0.9])
def test_latencies_that_are_ten_per_cent_longer_or_shorter_are_found(times: float) -> None:
    found = shifts(some(1), some(2, times=times))
    assert [line.partition(":")[0] for line in found.drift] == ["p50 of pay", "p99 of pay"]
    assert "by chance" in found.drift[0]


def test_more_errors_are_found() -> None:
    (line,) = shifts(some(1), some(2, failing=0.05)).drift
    assert line.startswith("success of pay: was 98.")
    assert "points" in line


def test_more_requests_for_the_same_are_found() -> None:
    more = [
        replace(run, vendors=tuple(each.model_copy(update={"requests": each.requests + 5}) for each in run.vendors))
        for run in some(2)
    ]
    (line,) = shifts(some(1), more).drift
    assert line.startswith("amplification of stripe: was 1.1000, is 1.2667")


def test_a_shift_below_the_floor_is_none_however_certain_it_is() -> None:
    assert shifts(some(1, mood=0.0), some(2, mood=0.0, times=1.03)) == NOTHING


def test_runs_that_differ_much_by_themselves_are_not_told_to_be_as_before() -> None:
    """A green here would say that nothing has shifted, and nobody knows it."""
    found = shifts(some(1, mood=0.3), some(2, mood=0.3))
    assert not found.drift
    assert [line.partition(":")[0] for line in found.unclear] == ["p50 of pay", "p99 of pay"]


def test_two_runs_are_too_few_to_say_anything() -> None:
    (line,) = shifts(some(1, runs=2), some(2, runs=2)).unclear
    assert line.startswith("2 runs can be compared: 3 are needed")


def test_of_too_few_operations_nothing_is_said_and_that_is_said() -> None:
    found = shifts(some(1, each=5), some(2, each=5))
    assert found.few == ("p99 of pay",)
    fewer = [[replace(run, operations=run.operations[:1], vendors=()) for run in some(each, runs=3, each=5)]
             for each in (1, 2)]  # fmt: skip
    nothing = shifts(*fewer)
    assert nothing.few == ("success of pay", "p99 of pay")


def test_what_is_there_in_one_of_them_alone_is_drift() -> None:
    gone = [replace(run, vendors=()) for run in some(2)]
    assert shifts(some(1), gone).drift == ("stripe: was there, is not",)
    assert shifts(gone, some(1)).drift == ("stripe: was not there, is",)


def test_another_load_is_drift_though_all_else_is_as_it_was() -> None:
    """Half the load, and as fast: of the load of before that says nothing."""
    drift = shifts(some(1, each=60), some(2, each=30)).drift
    assert drift[0] == "pay: was asked for 3600 times, is asked for 1800 times"


def test_other_phases_are_another_scenario() -> None:
    other = [
        replace(run, plan=run.plan.model_copy(update={"phases": (*PHASES, ("more", 20.0, 30.0))})) for run in some(2)
    ]
    assert shifts(some(1), other).drift == ("its phases are others than before",)


def test_runs_that_were_asked_for_other_operations_are_compared_without_their_partners() -> None:
    """What the moment did to both no longer takes nothing away: chance allows more."""
    paired = shifts(some(1), some(2, times=1.02, mood=0.0))
    apart = shifts(some(1), some(2, times=1.02, mood=0.0, asked="others"))
    assert paired == NOTHING
    assert not apart.drift
    assert [line.partition(":")[0] for line in apart.unclear] == ["success of pay", "p99 of pay"]


def test_where_nothing_at_all_can_be_compared_that_is_no_pass() -> None:
    nobody = [replace(run, operations=(), vendors=()) for run in some(1)]
    assert shifts(nobody, nobody).unclear == (
        "too few operations to compare anything: more of them, or more runs (--repeat)",
    )


@pytest.mark.parametrize(
    ("now", "margin", "is_shifted", "is_unclear"),
    [
        (0.420, 0.010, False, False),  # below the floor of 22 ms
        (0.430, 0.010, True, False),
        (0.430, 0.035, False, True),  # seen, and may be chance
        (0.401, 0.050, False, True),  # a shift of more than twice the floor would not have been found
        (0.460, 0.050, True, False),
        (0.460, None, False, True),
    ],
)
def test_shifted_unclear_and_as_before_are_three_things(
    now: float, margin: float | None, is_shifted: bool, is_unclear: bool
) -> None:
    shift = Shift(what=P99, of="pay", was=0.4, now=now, margin=margin)
    assert (shift.is_shifted, shift.is_unclear) == (is_shifted, is_unclear)


def test_each_figure_is_told_in_its_unit() -> None:
    assert Shift(what=SUCCESS, of="pay", was=0.99, now=0.97, margin=0.004).text == (
        "success of pay: was 99.00 %, is 97.00 %: -2.00 points, by chance 0.40; less than 0.50 is no shift"
    )
    assert Shift(what=AMPLIFICATION, of="stripe", was=1.0, now=1.5, margin=None).text == (
        "amplification of stripe: was 1.0000, is 1.5000: +0.5000, by chance nobody knows; less than 0.0200 is no shift"
    )


def test_student_s_table_falls_towards_the_normal_distribution() -> None:
    assert list(STUDENT) == sorted(STUDENT, reverse=True)
    assert a_run(1, 1) == a_run(1, 1)
