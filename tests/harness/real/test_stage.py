"""What a run needs, up and ready; a target that is killed and started again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brownout_harness.problems import NotJudged
from brownout_harness.real.processes import Processes
from brownout_harness.real.redis_choice import FAKE, choose
from brownout_harness.real.stage import Stage
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.load import load
from brownout_scenarios.phases import Action
from tests.support.processes import eventually
from tests.support.shop_scenario import write_shop

pytestmark = pytest.mark.real


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    scenario = load(write_shop(tmp_path), vocabulary())
    logs, scratch = tmp_path / "logs", tmp_path / "scratch"
    logs.mkdir()
    scratch.mkdir()
    with Processes(logs) as processes:
        yield Stage(
            scenario,
            processes,
            vendors=("stripe",),
            scratch=scratch,
            logs=logs,
            redis=choose(FAKE),
        )


def test_a_target_can_be_killed_and_started_again_where_it_was(stage: Stage) -> None:
    assert stage.target.is_ready()
    assert stage.watch.is_ready
    url, pid = stage.target.url, stage.target_child.pid
    stage.kill_target()
    assert not stage.target.is_ready()
    assert not stage.target_child.alive
    stage.restart_target()
    eventually(stage.target.is_ready)
    stage.check_restart()
    assert stage.target.url == url
    assert stage.target_child.pid != pid
    with pytest.raises(NotJudged, match="runs already: kill it first"):
        stage.restart_target()


def test_a_target_that_was_told_to_stop_cannot_be_started_before_it_has_ended(stage: Stage) -> None:
    start = Action(start="target")
    assert not stage.waits(start)
    stage.pause_target()  # nothing of it can end
    stage.target_child.asked_to_end = True
    assert stage.waits(start)
    assert not stage.waits(Action(kill="target"))
    stage.kill_target()
    assert not stage.waits(start)


def test_test_keys_stay_out_of_the_logs(stage: Stage, tmp_path: Path) -> None:
    keys = stage.booths.secrets
    assert keys
    for path in (tmp_path / "logs").iterdir():
        assert not any(key in path.read_text() for key in keys)


def test_a_target_that_is_paused_answers_nobody_and_is_the_same_when_it_goes_on(stage: Stage) -> None:
    pid = stage.target_child.pid
    stage.pause_target()
    assert not stage.target.is_ready()
    stage.restart_target()
    eventually(stage.target.is_ready)
    stage.check_restart()
    assert stage.target_child.pid == pid
    assert stage.target_child.alive


def test_a_target_that_does_not_serve_when_it_goes_on_is_no_run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.pause_target()
    monkeypatch.setattr(stage.target_child, "go_on", lambda: None)
    stage.restart_target()
    stage._restarting_until_s = 0.0
    with pytest.raises(NotJudged, match="did not serve again within"):
        stage.check_restart()
