"""What both modes know of the actions of a run: what could not be done when it was due, and what never came."""

import dataclasses

import pytest

from brownout_harness.faults.actions import Actions, unfilled, unmoved, unseen, watched
from brownout_harness.judging.evidence import GapKind
from brownout_scenarios.load import load_text
from brownout_scenarios.moments import Moment, RequestLine
from brownout_scenarios.phases import Action
from brownout_scenarios.schema import Scenario
from tests.support.toy_vocabulary import SCENARIO, vocabulary

CHARGED = Moment(vendor="stripe", match=RequestLine("POST *"), moment="committed", nth=3)
KILL = Action(kill="gateway", on=CHARGED, for_s=1.0)


@pytest.fixture
def scenario() -> Scenario:
    """The toy scenario, whose second phase kills on the third charge and on a write."""
    whole = load_text(SCENARIO, vocabulary())
    on_write = Action(kill="gateway", on=Moment(moment="store.write"), for_s=1.0)
    first, second, *others = whole.phases
    return dataclasses.replace(whole, phases=(first, dataclasses.replace(second, actions=(KILL, on_write)), *others))


def test_a_simulator_is_told_what_to_watch_for_on_its_own_clock(scenario: Scenario) -> None:
    assert watched(scenario.triggers(), "stripe", 1000.0) == [
        {"id": "brownout.0", "match": "POST *", "moment": "committed", "nth": 3, "start_s": 1020.0, "end_s": 1060.0}
    ]
    assert watched(scenario.triggers(), "twilio", 1000.0) == []


@pytest.mark.thorough
def test_a_moment_comes_once_and_one_that_never_came_is_a_gap_that_says_how_near_it_was(scenario: Scenario) -> None:
    actions = Actions(scenario)
    trigger = actions.come("brownout.1")
    assert trigger is not None
    assert actions.come("brownout.1") is None
    (gap,) = actions.never_came({"brownout.0": 2})
    assert gap.kind is GapKind.NOT_STAGED
    assert gap.detail == (
        "kill gateway on POST * committed at stripe, number 3: the moment never came, there were 2 of them "
        "from 20 s to 60 s"
    )
    assert actions.come("brownout.0") is not None
    assert actions.never_came({}) == []


def test_what_cannot_be_done_when_it_is_due_is_a_gap_and_not_done(scenario: Scenario) -> None:
    actions = Actions(scenario)
    assert actions.begins(KILL, 21.0)
    assert not actions.begins(KILL, 21.5)
    (gap,) = actions.gaps
    assert (gap.kind, gap.detail, gap.at_s) == (
        GapKind.NOT_STAGED,
        "kill gateway was due, and gateway is not running",
        21.5,
    )
    assert actions.begins(Action(start="gateway"), 22.0)
    assert not actions.begins(Action(start="gateway"), 22.0)


def test_what_is_done_to_the_store_cuts_off_no_operation(scenario: Scenario) -> None:
    actions = Actions(scenario)
    assert actions.deed(Action(kill="gateway"), 1.0).cuts_off
    assert not actions.deed(Action(kill="store"), 1.0).cuts_off
    assert actions.begins(Action(kill="store"), 1.0)
    assert actions.begins(KILL, 1.0)
    assert not actions.begins(Action(empty="store"), 1.5)
    (gap,) = actions.gaps
    assert gap.detail == "empty store was due, and store is not running"


def test_writes_of_stores_are_named_to_a_mode_that_does_not_see_them(scenario: Scenario) -> None:
    ((path, why),) = unseen(scenario, "cure")
    assert path == ("phases", 1, "actions", 1, "on", "moment")
    assert why == "store.write is seen in virtual mode only: cure"


def test_the_gateways_clock_is_named_to_a_mode_that_cannot_move_it(scenario: Scenario) -> None:
    assert unmoved(scenario, ["gateway"], "why") == []
    (first, *others) = scenario.phases
    moved = (Action(clock="stripe", ahead_s=5.0), Action(clock="gateway", ahead_s=5.0))
    moving = dataclasses.replace(scenario, phases=(dataclasses.replace(first, actions=moved), *others))
    assert unmoved(moving, ["gateway"], "why") == [(("phases", 0, "actions", 1, "clock"), "why")]
    assert unmoved(moving, ["gateway"], "") == unmoved(moving, ["target"], "why") == []


def test_of_two_processes_each_stands_for_itself(scenario: Scenario) -> None:
    actions = Actions(dataclasses.replace(scenario, replicas=2))
    assert actions.serving() == ("gateway.0", "gateway.1")
    assert actions.begins(Action(kill="gateway.1"), 21.0)
    assert actions.serving() == ("gateway.0",)
    assert actions.begins(Action(pause="gateway.0"), 21.0)
    assert actions.serving() == ()
    assert not actions.begins(Action(kill="gateway"), 22.0)
    assert [gap.detail for gap in actions.gaps] == ["kill gateway was due, and gateway.0 is paused"]
    deed = actions.deed(Action(kill="gateway.1"), 21.0)
    assert (deed.text, deed.cuts_off, deed.process) == ("kill gateway.1", True, "gateway.1")


def test_a_disk_that_a_machine_cannot_have_is_refused_at_its_place(scenario: Scenario) -> None:
    first, *others = scenario.phases
    fill = Action(fill="dead_letters", for_s=1.0)
    filled = dataclasses.replace(scenario, phases=(dataclasses.replace(first, actions=(fill,)), *others))
    why = "needs a disk of its own, and cannot have one: not permitted"
    assert unfilled(filled, "not permitted") == [(("phases", 0, "actions", 0, "fill"), why)]
    assert unfilled(filled, "") == []
    assert unfilled(scenario, "not permitted") == []
