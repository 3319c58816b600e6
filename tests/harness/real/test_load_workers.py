"""One of several workers that does not do its part keeps a run from passing, and is named."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brownout_harness.judging.evidence import GapKind
from brownout_harness.judging.judge import judge
from brownout_harness.progress import Progress
from brownout_harness.real.load_workers import ONE, Generators, Load
from brownout_harness.real.processes import Processes
from brownout_harness.real.redis_choice import FAKE, choose
from brownout_harness.real.runner import run_real
from brownout_harness.running.execute import evidence_of
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.rows import OperationRow, Outcome
from brownout_reports.run_folder import Status
from brownout_scenarios.load import load
from brownout_scenarios.phases import Phase
from brownout_scenarios.schema import Span
from tests.harness.real.test_stalled_runs import process_of
from tests.support.shop_scenario import write_shop

SPAN = Span(phase=Phase(name="steady", for_s=10.0), start_s=0.0, end_s=10.0)
NAMES = ("load.1", "load.2")
TOLD = {"finished": True, "troubles": [], "workers": dict.fromkeys(NAMES)}


class Child:
    """Only what is read of one."""

    def __init__(self, name: str, exit_code: int | None = 0) -> None:
        self.name = name
        self.exit_code = exit_code
        self.alive = exit_code is None

    def last_words(self) -> str:
        return "load: words"


def started(*children: Child) -> Load:
    made = Load.__new__(Load)
    made.workers = children  # type: ignore[assignment]
    made.joining = ()
    return made


def row(worker: str, number: int, late_s: float) -> dict[str, Any]:
    at_s = number / 100
    asked = OperationRow(
        operation_id=f"{worker}-{number}",
        name="pay",
        intended_s=at_s,
        sent_s=at_s + late_s,
        finished_s=at_s + late_s,
        longest_ask_s=0.0,
        asks=1,
        status=200,
        outcome=Outcome.DONE,
        detail="",
    )
    return {**asked._asdict(), "worker": worker}


def test_one_generator_has_nobody_to_be_compared_with() -> None:
    assert started().gaps([], {}, [SPAN]) == []
    assert not ONE.are_several
    assert Generators(workers=2).are_several


def test_who_did_his_part_is_no_gap() -> None:
    two = started(Child("load.1"), Child("load.2"))
    assert two.gaps([row(name, n, 0.0) for name in NAMES for n in range(100)], TOLD, [SPAN]) == []


def test_one_that_is_behind_is_found_though_all_together_are_not() -> None:
    rows = [row("load.1", n, 0.0) for n in range(900)] + [row("load.2", n, 0.5 if n < 5 else 0.0) for n in range(100)]
    (gap,) = started(Child("load.1"), Child("load.2")).gaps(rows, TOLD, [SPAN])
    assert (gap.kind, gap.process) == (GapKind.FELL_BEHIND, "load.2")
    assert gap.detail.startswith("load.2: the load fell behind in steady: 5 of 100 arrivals")


def test_a_dead_one_is_named_with_its_last_words() -> None:
    (gap,) = started(Child("load.1"), Child("load.2", 137)).gaps([], TOLD, [SPAN])
    assert gap.detail == "load.2 ended with exit code 137: load: words"


def test_what_the_master_says_is_a_gap_and_so_is_a_master_that_says_nothing() -> None:
    two = started(Child("load.1"), Child("load.2"))
    (said,) = two.gaps([], {**TOLD, "troubles": ["load.1 recorded 2 operations and 1 came"]}, [SPAN])
    assert (said.kind, said.detail) == (GapKind.LOAD_LOST, "load.1 recorded 2 operations and 1 came")
    (busy,) = two.gaps([], {**TOLD, "behind": ["load.2 used all of its core for 5.0 s on end"]}, [SPAN])
    assert (busy.kind, busy.detail) == (GapKind.FELL_BEHIND, "load.2 used all of its core for 5.0 s on end")
    (nothing,) = two.gaps([], {}, [SPAN])
    assert "did not say how its workers fared" in nothing.detail


def test_before_the_run_a_dead_one_ends_it_and_a_missing_one_is_named() -> None:
    two = started(Child("load.1", None), Child("load.2", 3))
    with pytest.raises(Exception, match=r"load\.2 ended with exit code 3 before the run began: load: words"):
        two.require_alive()
    assert two.why_not_ready(["load.1"]) == "load.2 did not join"
    assert two.why_not_ready(["load.1", "load.2"]) == ""


def killing(command: str) -> Callable[[Progress], None]:
    """A watcher of a run that kills one of its processes in the middle of the first phase."""
    killed: list[int] = []

    def look(progress: Progress) -> None:
        if progress.phase == "steady" and progress.at_s > 1.0 and not killed:
            killed.append(process_of(command))
            os.kill(killed[0], signal.SIGKILL)

    return look


@pytest.mark.real
def test_a_run_whose_worker_died_is_inconclusive_and_says_which(tmp_path: Path) -> None:
    scenario = load(write_shop(tmp_path), vocabulary())
    inputs = run_real(
        scenario,
        work=tmp_path / "work",
        redis=choose(FAKE),
        generators=Generators(workers=2),
        progress=killing("--name load.2"),
    )
    judgement = judge(evidence_of(scenario, inputs, {}), [item.check for item in scenario.expect])
    assert judgement.status is Status.INCONCLUSIVE
    assert any("load.2 was not heard any more at " in reason for reason in judgement.reasons)
    assert any("load.2 ended with exit code 137" in reason for reason in judgement.reasons)
    assert not any("load.1" in reason for reason in judgement.reasons)
    assert any(note.startswith("load.1: at most ") for note in inputs.notes)


@pytest.mark.real
def test_a_worker_that_cannot_start_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        environment = {**os.environ, "PYTHONPATH": "", "PYTHONHOME": "/nowhere"}
        found = Load(Generators(workers=2), processes, environment, scratch=tmp_path, logs=tmp_path)
        assert all(each.wait(10) for each in found.workers)
        with pytest.raises(Exception, match=r"load\.1 ended with exit code 1 before the run began"):
            found.require_alive()
