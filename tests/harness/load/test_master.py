"""A master and its workers: what one worker would have asked is asked, once; one that is lost is named."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from brownout_harness.load.plan import Asking, numbered
from brownout_harness.load.shares import shares
from tests.harness.load.loads import Loaded, arrivals
from tests.harness.load.several import NAMES, several
from tests.support.processes import eventually
from tests.support.target import Target

pytestmark = pytest.mark.real

STOPPED_S = 0.7
PLANNED = arrivals("/pay", [n / 50 for n in range(75)])


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with Target() as target:
        yield target


@pytest.fixture(scope="module")
def loaded(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Two workers, and a third that somebody has join who was not asked to."""
    folder = tmp_path_factory.mktemp("several")
    with several(folder, Asking(urls={"target": target.url}), PLANNED) as made:
        made.join("load.9")
        for name in NAMES:
            made.join(name)
        made.begin()
        found = made.end()
        assert [made.workers[name].wait(10) for name in (*NAMES, "load.9")] == [0, 0, 3]
        return found


def test_every_arrival_is_asked_once_and_recorded_by_the_worker_whose_it_is(loaded: Loaded, target: Target) -> None:
    assert loaded.exit_code == 0, loaded.errors
    assert target.ids == Counter(each.operation_id for each in PLANNED)
    dealt = dict(zip(NAMES, shares(numbered(PLANNED), 2), strict=True))
    for name, share in dealt.items():
        own = [row for row in loaded.operations if row["worker"] == name]
        assert sorted(row["operation_id"] for row in own) == [each.operation_id for each in share]
        assert {row["operation_id"]: row["intended_s"] for row in own} == {
            each.operation_id: each.at_s for each in share
        }


def test_what_was_counted_is_the_sum_and_the_same_by_locusts_own_count(loaded: Loaded) -> None:
    assert loaded.last["finished"]
    assert loaded.last["troubles"] == []
    assert loaded.last["answered"] == loaded.last["offered"] == len(loaded.operations) == 75
    assert sum(each["recorded"] for each in loaded.last["workers"].values()) == 75
    (by_locust,) = (each for each in loaded.stats if each["type"] == "OPERATION")
    assert (by_locust["requests"], by_locust["failures"]) == (75, 0)


def test_all_begin_at_the_one_instant(loaded: Loaded) -> None:
    assert all(row["sent_s"] >= row["intended_s"] for row in loaded.operations)
    firsts = {name: min(row["sent_s"] for row in loaded.operations if row["worker"] == name) for name in NAMES}
    assert all(at_s >= 0.0 for at_s in firsts.values())


def test_a_killed_worker_is_named_and_so_is_one_that_stood_still_which_goes_on(target: Target, tmp_path: Path) -> None:
    target.ids.clear()
    planned = arrivals("/pay", [n / 10 for n in range(30)])
    with several(tmp_path, Asking(urls={"target": target.url}), planned) as made:
        for name in NAMES:
            made.join(name)
        made.begin()
        eventually(lambda: len(target.ids) >= 4)
        os.kill(made.workers["load.1"].pid, signal.SIGKILL)
        os.kill(made.workers["load.2"].pid, signal.SIGSTOP)
        stopped_s = time.monotonic()
        eventually(lambda: time.monotonic() > stopped_s + STOPPED_S)
        os.kill(made.workers["load.2"].pid, signal.SIGCONT)
        loaded = made.end()
    assert loaded.exit_code == 0, loaded.errors
    stalls = [line for line in loaded.said if "stall" in line]
    assert any(
        line["process"] == "load.2" and line["stall"]["until_s"] - line["stall"]["since_s"] > STOPPED_S - 0.2
        for line in stalls
    )
    (trouble,) = loaded.last["troubles"]
    assert trouble.startswith("load.1 was not heard any more at ")
    assert trouble.endswith("operations are known of its 15")
    assert len([row for row in loaded.operations if row["worker"] == "load.2"]) == 15
