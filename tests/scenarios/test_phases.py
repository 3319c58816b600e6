"""What goes wrong, as records."""

from typing import Any

import pytest

from brownout_scenarios.moments import Moment
from brownout_scenarios.phases import Action, Redrive, Trigger


@pytest.mark.parametrize(
    "parts", [{}, {"kill": "gateway", "redrive": Redrive()}, {"clock": "stripe", "stop": "gateway"}]
)
def test_an_action_is_exactly_one_thing(parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="exactly one of"):
        Action(**parts)  # type: ignore[arg-type]


@pytest.mark.parametrize("parts", [{"clock": "stripe"}, {"kill": "gateway", "ahead_s": 5.0}])
def test_a_clock_is_moved_by_something(parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="go together: write"):
        Action(**parts)  # type: ignore[arg-type]


def test_a_moved_clock_is_told_in_words() -> None:
    assert Action(clock="stripe", ahead_s=90_000.0).text == "move the clock of stripe 90000 s ahead"


COMMITTED = Moment(vendor="stripe", moment="committed")


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"kill": "gateway", "at_s": 0.0, "on": COMMITTED, "for_s": 1.0}, "has at and on"),
        ({"kill": "gateway", "on": COMMITTED}, "say with `for` how long it is away"),
        ({"start": "gateway", "on": COMMITTED}, "on: goes with what takes something away"),
        ({"redrive": Redrive(), "on": COMMITTED}, "on: goes with what takes something away"),
        ({"start": "gateway", "for_s": 1.0}, "for: goes with what takes something away"),
        ({"redrive": Redrive(), "for_s": 1.0}, "for: goes with what takes something away"),
        ({"kill": "gateway", "for_s": 0.0}, "must be longer than 0s"),
    ],
)
def test_an_action_that_cannot_be_taken_so_says_why(parts: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Action(**parts)


def test_an_action_with_an_end_is_followed_by_a_start() -> None:
    assert Action(kill="gateway", for_s=2.0).ending == Action(start="gateway")
    assert Action(kill="gateway").ending is None
    assert Action(redrive=Redrive()).ending is None


def test_who_is_starved_is_fed_and_stands_still_for_so_much_of_its_time() -> None:
    starve = Action(starve="gateway", for_s=2.0, taken=0.5)
    assert starve.ending == Action(feed="gateway")
    assert (starve.process, starve.verb, starve.text) == ("gateway", "starve", "starve gateway")
    for wrong in (
        {"starve": "gateway", "taken": 0.0},
        {"starve": "gateway", "taken": 1.0},
        {"kill": "gateway", "taken": 0.5},
    ):
        with pytest.raises(ValueError, match=r"taken: 0\.1 to 0\.99, beside starve"):
            Action(**wrong)  # type: ignore[arg-type]


def test_a_disk_that_is_filled_is_freed_and_is_no_process() -> None:
    fill = Action(fill="dead_letters", for_s=2.0)
    assert fill.ending == Action(free="dead_letters")
    assert (fill.process, fill.disk, fill.verb) == (None, "dead_letters", "fill")
    assert fill.text == "fill the disk of the dead letters"
    with pytest.raises(ValueError, match="on: goes with what takes something away"):
        Action(fill="dead_letters", on=COMMITTED, for_s=1.0)


def test_an_action_on_a_moment_says_so_in_words() -> None:
    kill = Action(kill="gateway", on=COMMITTED, for_s=1.0)
    trigger = Trigger(id="steady.0", action=kill, moment=COMMITTED, start_s=0.0, end_s=5.0)
    assert trigger.text == "kill gateway on * committed at stripe, number 1"
