"""What is around the target's processes is told apart by what an action says."""

from pathlib import Path

import pytest

from brownout_harness.faults.wall import MovedWall
from brownout_harness.real.around import Around
from brownout_harness.real.processes import Processes
from brownout_scenarios.load import load_text
from brownout_scenarios.phases import Action
from tests.support.toy_vocabulary import SCENARIO, vocabulary


@pytest.fixture
def around(tmp_path: Path) -> Around:
    return Around(load_text(SCENARIO, vocabulary()), Processes(tmp_path), scratch=tmp_path, environment={})


@pytest.mark.parametrize(
    ("action", "is_taken"),
    [
        (Action(fill="dead_letters"), True),
        (Action(free="dead_letters"), True),
        (Action(clock="gateway", ahead_s=5.0), True),
        (Action(clock="target", ahead_s=5.0), True),
        (Action(starve="gateway"), True),
        (Action(feed="gateway"), True),
        (Action(clock="stripe", ahead_s=5.0), False),
        (Action(kill="gateway"), False),
        (Action(empty="store"), False),
    ],
)
def test_it_takes_what_is_its_own(around: Around, action: Action, is_taken: bool) -> None:
    assert around.takes(action) is is_taken


def test_where_nothing_of_it_is_touched_a_process_is_started_as_it_is(around: Around) -> None:
    assert list(around.under(["serve"])) == ["serve"]
    assert around.within({"A": "b"}) == {"A": "b"}
    around.look()


def test_a_clock_is_moved_for_all_that_run(around: Around) -> None:
    wall = MovedWall(lambda: 7.0, 0.0)
    gaps = around.act(Action(clock="gateway", ahead_s=5.0), (), {"gateway": 2**22}, wall, lambda _note: None)
    assert wall.ahead_s == 5.0
    assert len(gaps) == 1
