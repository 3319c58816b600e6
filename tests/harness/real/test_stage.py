"""What a run needs, up and ready; a target that is killed and started again."""

import dataclasses
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

TARGET = "target"


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
    url, pid = stage.target.url, stage.target_child(TARGET).pid
    stage.kill_target(TARGET)
    assert not stage.target.is_ready()
    assert not stage.target_child(TARGET).alive
    stage.restart_target(TARGET)
    eventually(stage.target.is_ready)
    assert list(stage.not_back()) == []
    assert stage.target.url == url
    assert stage.target_child(TARGET).pid != pid
    with pytest.raises(NotJudged, match="runs already: kill it first"):
        stage.restart_target(TARGET)


def test_a_target_that_was_told_to_stop_cannot_be_started_before_it_has_ended(stage: Stage) -> None:
    start = Action(start="target")
    assert not stage.waits(start)
    stage.pause_target(TARGET)  # nothing of it can end
    stage.target_child(TARGET).asked_to_end = True
    assert stage.waits(start)
    assert not stage.waits(Action(kill="target"))
    stage.kill_target(TARGET)
    assert not stage.waits(start)


def test_test_keys_stay_out_of_the_logs(stage: Stage, tmp_path: Path) -> None:
    keys = stage.booths.secrets
    assert keys
    for path in (tmp_path / "logs").iterdir():
        assert not any(key in path.read_text() for key in keys)


def test_a_target_that_is_paused_answers_nobody_and_is_the_same_when_it_goes_on(stage: Stage) -> None:
    pid = stage.target_child(TARGET).pid
    stage.pause_target(TARGET)
    assert not stage.target.is_ready()
    stage.restart_target(TARGET)
    eventually(stage.target.is_ready)
    assert list(stage.not_back()) == []
    assert stage.target_child(TARGET).pid == pid
    assert stage.target_child(TARGET).alive


def test_who_goes_on_and_does_not_serve_is_told_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.pause_target(TARGET)
    monkeypatch.setattr(stage.target_child(TARGET), "go_on", lambda: None)
    stage.restart_target(TARGET)
    stage._restarting_until_s[TARGET] = 0.0
    (why,) = stage.not_back()
    assert why.startswith(f"{TARGET} did not serve again within 20 s of its start: GET {stage.target.ready_url}: ")
    assert list(stage.not_back()) == []


def test_of_two_processes_one_is_killed_and_the_other_serves(tmp_path: Path) -> None:
    scenario = dataclasses.replace(load(write_shop(tmp_path), vocabulary()), replicas=2)
    logs, scratch = tmp_path / "logs", tmp_path / "scratch"
    logs.mkdir()
    scratch.mkdir()
    with Processes(logs) as processes:
        stage = Stage(scenario, processes, vendors=("stripe",), scratch=scratch, logs=logs, redis=choose(FAKE))
        names = scenario.processes
        assert stage.serving(names).name == "target.0"
        stage.take(Action(kill="target.0"), ["target.0"])
        assert [stage.targets[name].is_ready() for name in names] == [False, True]
        assert stage.serving(names).name == "target.1"
        stage.take(Action(start="target.0"), ["target.0"])
        assert stage.serving(names).name == "target.1"  # until it is seen to serve
        eventually(stage.targets["target.0"].is_ready)
        assert list(stage.not_back()) == []
        assert stage.serving(names).name == "target.0"
        stage.take(Action(stop="target"), names)
        for name in names:
            assert stage.target_child(name).wait(10.0)
        assert not stage.any_alive
    assert {path.name for path in logs.iterdir()} >= {"target.0.log", "target.1.log"}
