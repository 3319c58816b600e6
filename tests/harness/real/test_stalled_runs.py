"""Real runs in which a process of the harness's own is stopped for a while: no verdict on the target."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.judging.judge import judge
from brownout_harness.progress import Progress
from brownout_harness.real.redis_choice import FAKE, choose
from brownout_harness.real.runner import run_real
from brownout_harness.running.execute import evidence_of
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.run_folder import Status
from brownout_scenarios.load import load
from tests.support.absent import absent
from tests.support.processes import descendants
from tests.support.redis_server import redis_binary
from tests.support.shop_scenario import write_shop

pytestmark = pytest.mark.real

STOPPED_S = 2.0

COMMANDS = {
    "simulator-stripe": "brownout_simulators --vendors stripe",
    "load": "brownout_harness.load",
    "redis": "redis-server --port",
}


def process_of(command: str) -> int:
    """Below this very process, not counting the warden that names the same command."""
    for pid in descendants(os.getpid()):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")
        if command in words.replace("127.0.0.1:", "--port ") and "warden.py" not in words:
            return pid
    raise AssertionError(f"no process runs {command}")


def stopping(command: str) -> Callable[[Progress], None]:
    """A watcher of a run that stops one of its processes, once, in the middle of the first phase."""
    begun = threading.Event()

    def hold() -> None:
        pid = process_of(command)
        os.kill(pid, signal.SIGSTOP)
        threading.Event().wait(STOPPED_S)
        os.kill(pid, signal.SIGCONT)

    def look(progress: Progress) -> None:
        if progress.phase == "steady" and progress.at_s > 0.3 and not begun.is_set():
            begun.set()
            threading.Thread(target=hold).start()

    return look


@pytest.mark.parametrize("process", COMMANDS)
def test_a_process_that_stands_still_makes_the_run_inconclusive_and_is_named(tmp_path: Path, process: str) -> None:
    if process == "redis" and redis_binary() is None:
        absent("no redis-server on this machine: apt-get install redis-server")
    path = write_shop(tmp_path, steady="4s")
    path.write_text(path.read_text().replace("workload:", '  env: {REDIS: "{{redis.url}}"}\nworkload:'))
    scenario = load(path, vocabulary())
    chosen = choose() if process == "redis" else choose(FAKE)
    inputs = run_real(scenario, work=tmp_path / "work", redis=chosen, progress=stopping(COMMANDS[process]))
    found: list[Gap] = [gap for gap in inputs.gaps if gap.kind is GapKind.STALLED and gap.process == process]
    (gap,) = found
    assert gap.at_s is not None
    assert gap.until_s is not None
    assert 0.0 < gap.at_s < 4.0
    assert gap.until_s - gap.at_s > STOPPED_S - 0.2  # it may have been stopped right after a beat
    evidence = evidence_of(scenario, inputs, {})
    judgement = judge(evidence, [item.check for item in scenario.expect])
    assert judgement.status is Status.INCONCLUSIVE
    assert any(f"{process} did not run for " in reason for reason in judgement.reasons)
