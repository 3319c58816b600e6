"""Real runs of an application that is several processes: a web server and a worker."""

import re
from pathlib import Path

import pytest

from brownout_harness.problems import NotJudged
from brownout_harness.real.runner import run_real
from brownout_harness.running.execute import evidence_of, judged
from brownout_harness.running.orders import checked_scenario
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.run_folder import Status
from brownout_scenarios.load import load
from tests.support.queue_shop_scenario import KILL, write_queue_shop

pytestmark = pytest.mark.real


def test_a_worker_that_is_killed_and_told_to_stop_is_started_again_while_users_ask_the_other_one(
    tmp_path: Path,
) -> None:
    actions = f"{KILL}, {{at: 800ms, stop: worker, for: 2300ms}}"
    path = write_queue_shop(tmp_path, actions=actions, after="2600ms")
    path.write_text(path.read_text() + "  - stops_gracefully: {process: worker}\n")
    scenario = checked_scenario(str(path), "real", None)
    inputs = run_real(scenario, work=tmp_path / "work")
    judgement = judged(scenario, inputs)
    assert judgement.status is Status.PASSED, judgement
    assert [each.text for each in inputs.deeds] == ["kill worker", "start worker", "stop worker", "start worker"]
    assert [each.process for each in inputs.endings] == ["worker"]
    assert inputs.deaths == ()
    assert inputs.logs is not None
    assert (inputs.logs / "worker.log").read_text().count("worker is ready") == 3
    assert evidence_of(scenario, inputs, {}).unasked == ("worker",)


def test_a_worker_that_kept_its_orders_in_its_memory_has_lost_them_with_it(tmp_path: Path) -> None:
    # While it waits for the first, several come, and are in its memory together when it dies.
    killed = KILL.replace("at: 200ms", "at: 700ms")
    path = write_queue_shop(
        tmp_path, options="--forgets", actions=killed, after="500ms", followed="2s", latency="250ms"
    )
    scenario = load(path, vocabulary())
    judgement = judged(scenario, run_real(scenario, work=tmp_path / "work"))
    assert judgement.status is Status.FAILED
    assert {each.name for each in judgement.results if each.status is Status.FAILED} >= {"nothing_lost"}


@pytest.mark.parametrize(
    ("options", "within", "said"),
    [
        (
            "--mute",
            "500ms",
            r"the target \(worker\) was not ready after \d+ s: its log has no line with 'worker is ready'",
        ),
        (
            "--dies",
            "20s",
            r"the target \(worker\) ended with exit code 1 before it was ready; .*: no queue is configured",
        ),
    ],
)
def test_a_worker_that_never_gets_ready_leaves_nothing_to_judge(
    tmp_path: Path, options: str, within: str, said: str
) -> None:
    scenario = load(write_queue_shop(tmp_path, options=options, within=within), vocabulary())
    with pytest.raises(NotJudged) as refused:
        run_real(scenario, work=tmp_path / "work")
    assert re.match(said, str(refused.value)), str(refused.value)
