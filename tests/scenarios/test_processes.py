"""Where a process stands: what can be done to it, and what cannot."""

import pytest

from brownout_scenarios.phases import Action, Redrive
from brownout_scenarios.processes import ProcessState, ProcessStates, means, read_name
from brownout_scenarios.stores import Restore

KILL, STOP, START = Action(kill="gateway"), Action(stop="gateway"), Action(start="gateway")


def test_what_runs_can_be_taken_away_and_what_is_gone_can_be_started() -> None:
    process = ProcessState()
    assert process.objection(KILL) == process.objection(STOP) == ""
    assert process.objection(START) == "is already running"
    process.take(KILL)
    assert process.objection(KILL) == process.objection(STOP) == "is not running"
    assert process.objection(START) == ""
    process.take(START)
    assert process.objection(STOP) == ""


def test_what_is_about_no_process_can_always_be_done() -> None:
    process = ProcessState()
    process.take(KILL)
    redrive = Action(redrive=Redrive())
    assert process.objection(redrive) == ""
    process.take(redrive)
    assert process.objection(START) == ""


def test_what_is_paused_goes_on_by_a_start_and_by_nothing_else() -> None:
    process, pause = ProcessState(), Action(pause="gateway")
    assert process.objection(pause) == ""
    process.take(pause)
    assert process.objection(KILL) == process.objection(pause) == "is paused"
    assert process.objection(START) == ""
    process.take(START)
    assert process.state == "running"


def test_each_process_stands_where_its_own_actions_have_put_it() -> None:
    processes = ProcessStates(["gateway", "store"])
    processes.take(Action(kill="store"))
    assert processes.objection(Action(pause="store")) == "store is not running"
    assert processes.objection(Action(pause="gateway")) == ""
    assert processes.meant(Action(kill="store")) == ("store",)
    assert processes.meant(Action(kill="target")) == processes.meant(Action(redrive=Redrive())) == ()
    assert processes.away() == (("store", "down"),)
    assert (processes.state("store"), processes.state("gateway")) == ("down", "running")


def test_what_is_emptied_or_put_back_runs_before_and_after() -> None:
    process, empty, restore = ProcessState(), Action(empty="store"), Action(restore=Restore(store=None, from_s=5.0))
    for action in (empty, restore):
        assert process.objection(action) == ""
        process.take(action)
        assert process.state == "running"
    process.take(Action(pause="store"))
    assert process.objection(empty) == process.objection(restore) == "is paused"


def test_a_name_is_of_a_kind_or_of_one_of_several() -> None:
    for text in ("gateway", "target.0", "gateway.12", "worker", "mail-worker_2"):
        assert read_name(text) == text
    for text in ("Worker", "2nd", "gateway.", "gateway.01", "gateway.a", "gateway.1.2", "gateway 1", ""):
        with pytest.raises(ValueError, match="is not allowed"):
            read_name(text)
    assert means("gateway", "gateway.1")
    assert means("gateway.1", "gateway.1")
    assert not means("gateway.1", "gateway.10")
    assert not means("gateway", "target.1")


def test_what_is_done_to_all_must_be_possible_for_each() -> None:
    both = ProcessStates(["gateway.0", "gateway.1"])
    assert both.meant(KILL) == ("gateway.0", "gateway.1")
    one = Action(kill="gateway.1")
    assert both.meant(one) == ("gateway.1",)
    assert both.meant(Action(redrive=Redrive())) == ()
    both.take(one)
    assert both.objection(KILL) == "gateway.1 is not running"
    assert both.objection(Action(pause="gateway.0")) == ""
    assert both.away() == (("gateway.1", "down"),)
    both.take(Action(pause="gateway.0"))
    assert both.objection(Action(kill="gateway.0")) == "gateway.0 is paused"
    both.take(START)
    assert both.away() == ()
