"""Lose capacity: fewer places than `serve` gives the vendor, and back again."""

from typing import Any

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from brownout_simulators.faults.lose_capacity import LoseCapacity
from tests.simulators.crowd import Crowd

HALF: dict[str, Any] = {"lose_capacity": {"share_lost": 0.5}, "window": {"start_s": 10, "end_s": 20}}


def serve(at_once: int, work_s: float = 1.0) -> dict[str, Any]:
    return {"serve": {"at_once": at_once, "each": {"fixed_s": work_s}}}


def struck(crowd: Crowd) -> list[int]:
    return [one.struck for one in crowd.simulator.plan.standing.values()]


@pytest.mark.parametrize(
    ("places", "share", "left"),
    [(4, 0.5, 2), (3, 0.5, 1), (10, 0.25, 7), (10, 0.1, 9), (10, 0.05, 9), (4, 1.0, 1), (1, 0.5, 1)],
)
def test_half_a_place_is_gone_and_one_stays(places: int, share: float, left: int) -> None:
    assert LoseCapacity(share_lost=share).left(places) == left


def test_half_of_the_places_are_gone_while_it_lasts_and_then_they_are_back() -> None:
    crowd = Crowd(serve(2), HALF)
    for at_s in (5.0, 12.0, 22.0):
        for number in range(3):
            crowd.comes(at_s, f"{at_s}-{number}")
    crowd.run()
    waited = {row["operation_id"]: round(row["queued_s"], 6) for row in crowd.requests()}
    assert [waited[f"5.0-{n}"] for n in range(3)] == [0, 0, 1]
    assert [waited[f"12.0-{n}"] for n in range(3)] == [0, 1, 2]
    assert [waited[f"22.0-{n}"] for n in range(3)] == [0, 0, 1]
    assert struck(crowd) == [4, 2]  # who waits is struck by both, while both are in force


def test_places_that_come_back_are_taken_at_that_instant() -> None:
    crowd = Crowd(serve(2, 30.0), HALF)
    crowd.comes(10.0, "first")
    crowd.comes(11.0, "second")
    crowd.run()
    assert {row["operation_id"]: row["queued_s"] for row in crowd.requests()} == {
        "first": 0.0,
        "second": pytest.approx(9.0),
    }


def test_those_at_work_go_on() -> None:
    crowd = Crowd(serve(2, 5.0), HALF)
    for number in range(2):
        crowd.comes(8.0, f"early-{number}")
    crowd.comes(12.0, "late")
    crowd.run()
    # Both that were there end at 13 s: only then are there fewer of them than the one place that is left.
    assert {row["operation_id"]: round(row["queued_s"], 6) for row in crowd.requests()}["late"] == 1.0


def test_two_that_overlap_take_from_what_the_other_has_left() -> None:
    crowd = Crowd(serve(8), {**HALF, "id": "a"}, {**HALF, "id": "b"})
    for number in range(3):
        crowd.comes(12.0, f"op-{number}")
    crowd.run()
    assert [row["queued_s"] for row in crowd.requests()] == [0.0, 0.0, pytest.approx(1.0)]


@pytest.mark.parametrize("rules", [[HALF], [serve(1), HALF]], ids=["nothing to lose", "one place"])
def test_where_nothing_can_be_lost_nobody_is_struck(rules: list[Any]) -> None:
    """Else a run would be green in which the capacity was never halved."""
    crowd = Crowd(*rules)
    for number in range(3):
        crowd.comes(12.0, f"op-{number}")
    crowd.run()
    assert struck(crowd)[-1] == 0


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"lose_capacity": {"share_lost": 0}}, r"lose_capacity.share_lost: in \(0, 1\], got 0"),
        ({"lose_capacity": {"share_lost": 1.5}}, r"lose_capacity.share_lost: in \(0, 1\]"),
        ({"lose_capacity": {}, "share": 0.5}, "share: this fault is for all calls of its vendor"),
        ({"lose_capacity": {}, "calls": {"to": 5}}, "calls: this fault is for all calls of its vendor"),
    ],
)
def test_one_that_cannot_be_is_refused(more: dict[str, Any], why: str) -> None:
    with pytest.raises(FaultError, match=why):
        rule_from_json({"id": "r", "vendor": "till", **more})
