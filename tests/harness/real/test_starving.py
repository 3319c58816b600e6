"""Processes of the target are starved by a program of the run's own, which tells how much of their time it took."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from brownout_harness.judging.evidence import GapKind
from brownout_harness.real.processes import Child, Processes
from brownout_harness.real.starving import Starving
from brownout_scenarios.phases import Action
from tests.harness.real.test_starver import state
from tests.support.processes import eventually

pytestmark = pytest.mark.real

STARVE, FEED = Action(starve="gateway", taken=0.5), Action(feed="gateway")


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path) as made:
        yield made


def waiting(processes: Processes, name: str = "gateway") -> Child:
    return processes.start(name, [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"], {})


def test_it_stands_still_again_and_again_until_it_is_fed_and_a_note_says_for_how_long(processes: Processes) -> None:
    child, notes = waiting(processes), list[str]()
    starving = Starving(processes)
    assert starving.act(STARVE, {"gateway": child.pid}, 0.0, notes.append) == []
    for _ in range(2):
        eventually(lambda: state(child.pid) == "T")
        eventually(lambda: state(child.pid) != "T")
    starving.act(FEED, {"gateway": child.pid}, 1.0, notes.append)
    assert state(child.pid) != "T"
    assert notes[0].startswith("gateway stood still for ")
    starver = processes.get("starver-of-gateway")
    assert starver is not None
    assert not starver.alive


def test_less_or_more_than_was_asked_for_is_another_experiment(processes: Processes) -> None:
    child = waiting(processes)
    starving = Starving(processes)
    starving.act(STARVE, {"gateway": child.pid}, 0.0, lambda _note: None)
    hungry = starving._hungry["gateway"]
    eventually(lambda: state(child.pid) == "T")
    starving._hungry["gateway"] = hungry._replace(taken=0.0)
    (gap,) = starving.act(FEED, {"gateway": child.pid}, 7.0, lambda _note: None)
    assert (gap.kind, gap.at_s) == (GapKind.NOT_STAGED, 7.0)
    assert gap.detail.endswith(": 0% were to be taken")


def test_who_was_to_starve_it_and_ended_has_starved_nobody(processes: Processes) -> None:
    child = waiting(processes)
    starving = Starving(processes)
    starving.act(STARVE, {"gateway": child.pid}, 0.0, lambda _note: None)
    starver = processes.get("starver-of-gateway")
    assert starver is not None
    starver.kill()
    starver.wait(5.0)
    (gap,) = starving.act(FEED, {"gateway": child.pid}, 7.0, lambda _note: None)
    assert gap.detail.startswith("who was to starve gateway ended")
    eventually(lambda: state(child.pid) != "T")


def test_one_that_is_another_process_in_the_end_was_not_starved_all_the_time(processes: Processes) -> None:
    child, other = waiting(processes), waiting(processes, "other")
    starving, began_s = Starving(processes), time.monotonic()
    starving.act(STARVE, {"gateway": child.pid}, 0.0, lambda _note: None)
    eventually(lambda: state(child.pid) == "T")
    gaps = starving.act(FEED, {"gateway": other.pid}, time.monotonic() - began_s, lambda _note: None)
    assert gaps[-1].detail == "gateway was another process in the end than when it was starved"
