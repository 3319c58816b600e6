"""Break session: it ends in the middle, or falls silent; and a fault that did not come to it has not struck."""

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from brownout_simulators.session import Close
from tests.simulators.driving import Driver
from tests.simulators.faults.sessions import Watcher


def test_a_session_is_closed_after_so_many_messages() -> None:
    watcher = Watcher({"break_session": {"after_messages": 2}})
    watcher.pin("a")
    watcher.pin("b")
    watcher.say("say c")
    assert watcher.heard == ["welcome s1", "a", Close(1011, "")]
    assert watcher.struck() == 1
    row = watcher.row(left=False)
    assert (row["faults"], row["status"], row["received"]) == (["r0"], 101, 0)


def test_a_session_is_closed_after_a_while_with_the_code_that_is_asked_for() -> None:
    watcher = Watcher({"break_session": {"after_s": 10.0, "code": 1012, "reason": "restart"}})
    watcher.wait(9)
    watcher.pin("a")
    assert watcher.struck() == 0
    watcher.wait(2)
    watcher.pin("b")
    assert watcher.heard == ["welcome s1", "a", Close(1012, "restart")]
    assert watcher.struck() == 1


def test_a_session_that_ends_before_is_not_struck() -> None:
    watcher = Watcher({"break_session": {"after_s": 10.0}})
    assert watcher.row(left=True)["faults"] == []
    watcher.wait(20)
    assert (watcher.struck(), watcher.heard) == (0, ["welcome s1"])


def test_nothing_at_all_is_said_where_it_breaks_at_once() -> None:
    watcher = Watcher({"break_session": {"after_messages": 0}})
    assert watcher.heard == [Close(1011, "")]


def test_a_session_that_falls_silent_stays_open() -> None:
    watcher = Watcher({"break_session": {"after_messages": 1, "ending": "hang"}})
    watcher.pin("a")
    watcher.say("say b")
    assert (watcher.heard, watcher.struck()) == (["welcome s1"], 1)
    assert watcher.simulator.in_flight == 1
    row = watcher.row(left=True)
    assert (row["ending"], row["received"], row["chunks"]) == ("hang", 0, 1)


def test_a_connection_may_be_reset_without_a_word() -> None:
    watcher = Watcher({"break_session": {"after_messages": 1, "ending": "reset"}})
    assert (watcher.heard, watcher.cuts, watcher.struck()) == (["welcome s1"], 1, 1)
    assert watcher.row(left=True)["ending"] == "reset"


def test_an_answer_that_is_no_session_is_left_alone_and_not_struck() -> None:
    till = Driver({"break_session": {"after_s": 1.0}})
    assert till.send().status == 200
    assert till.struck("r0") == 0


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"after_s": 1, "after_messages": 1},
        {"after_s": -1},
        {"after_messages": -1},
        {"after_s": 1, "code": 1006},
        {"after_s": 1, "code": 999},
        {"after_s": 1, "reason": "x" * 124},
        {"after_s": 1, "ending": "hang", "code": 1000},
    ],
)
def test_a_break_that_cannot_be_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(FaultError, match="break_session"):
        rule_from_json({"id": "r", "vendor": "board", "break_session": asked})
