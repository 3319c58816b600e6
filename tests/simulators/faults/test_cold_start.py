"""Cold start: slow at first, and again after an outage or when nobody has come."""

from typing import Any

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver

TWO_S: dict[str, Any] = {"takes": {"fixed_s": 2.0}}


def took(till: Driver, *at_s: float, **more: Any) -> list[float]:
    """How long calls take that come at these instants of the schedule."""
    told = []
    for instant_s in at_s:
        till.clock.now_s = 100.0 + instant_s
        till.send(**more)
        told.append(round(till.clock() - 100.0 - instant_s, 6))
    return told


def test_so_many_calls_are_slow_whoever_makes_them() -> None:
    till = Driver({"cold_start": {**TWO_S, "calls": 3}})
    assert took(till, 0, 3, 6, 9, 12) == [2, 2, 2, 0, 0]
    assert till.struck() == 3


def test_all_calls_are_slow_so_long_after_the_first_one_and_not_after_the_rule() -> None:
    till = Driver({"cold_start": {**TWO_S, "for_s": 5}})
    assert took(till, 10, 13, 14.9, 15.1, 20) == [2, 2, 2, 0, 0]


def test_of_both_it_is_whichever_is_over_first() -> None:
    assert took(Driver({"cold_start": {**TWO_S, "for_s": 5, "calls": 2}}), 0, 2, 4) == [2, 2, 0]
    assert took(Driver({"cold_start": {**TWO_S, "for_s": 3, "calls": 9}}), 0, 2, 4) == [2, 2, 0]


def test_who_has_had_nothing_to_do_is_cold_again() -> None:
    till = Driver({"cold_start": {**TWO_S, "calls": 1, "idle_s": 10}})
    # A call keeps it warm, slow or not: what counts is when the last one came.
    assert took(till, 0, 9, 18, 28, 29) == [2, 0, 0, 2, 0]


def test_without_idle_it_is_cold_once() -> None:
    assert took(Driver({"cold_start": {**TWO_S, "calls": 1}}), 0, 5_000) == [2, 0]


def test_an_outage_makes_it_cold_for_nothing_reached_it() -> None:
    outage = {"respond": {"status": 503}, "window": {"start_s": 5, "end_s": 30}}
    till = Driver(outage, {"cold_start": {**TWO_S, "calls": 1, "idle_s": 10}})
    assert took(till, 0, 3, 8, 16, 24, 31, 32) == [2, 0, 0, 0, 0, 2, 0]
    assert [one.struck for one in till.simulator.plan.standing.values()] == [3, 2]


def test_the_window_begins_it() -> None:
    till = Driver({"cold_start": {**TWO_S, "calls": 1}, "window": {"start_s": 10}})
    assert took(till, 0, 5, 11, 14) == [0, 0, 2, 0]


def test_how_long_is_drawn_for_each_call() -> None:
    till = Driver({"cold_start": {"takes": {"uniform": {"low_s": 1, "high_s": 3}}, "calls": 4}})
    drawn = took(till, 0, 5, 10, 15, 20)
    assert drawn[4] == 0
    assert all(1 <= seconds <= 3 for seconds in drawn[:4])
    assert len(set(drawn[:4])) == 4


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (TWO_S, "cold_start: how long: give calls, for or both"),
        ({**TWO_S, "calls": 0}, "cold_start.calls: 1 to 1000000, got 0"),
        ({**TWO_S, "for_s": 0}, "cold_start.for_s: above 0"),
        ({**TWO_S, "calls": 1, "idle_s": -1}, "cold_start.idle_s: above 0"),
        ({"takes": {}, "calls": 1}, "cold_start.takes: exactly one of fixed"),
        ({"calls": 1}, "cold_start"),
    ],
)
def test_one_that_cannot_be_is_refused(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(FaultError, match=why):
        rule_from_json({"id": "r", "vendor": "till", "cold_start": fields})
