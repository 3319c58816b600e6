"""The target's wall clock jumps, by libfaketime; its timers and everybody else's clocks do not."""

import dataclasses
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from brownout_core.clock import system_wall_clock
from brownout_harness.faults.wall import MovedWall
from brownout_harness.judging.evidence import GapKind
from brownout_harness.real import false_time
from brownout_harness.real.false_time import LIBRARY, FalseTime, is_moved, library
from brownout_scenarios.load import load_text
from brownout_scenarios.phases import Action
from brownout_scenarios.schema import Scenario
from tests.support.absent import absent
from tests.support.toy_vocabulary import SCENARIO, vocabulary

AHEAD = Action(clock="gateway", ahead_s=90_000.0)
TELLS = "import sys, time\nfor _ in sys.stdin: print(time.time(), time.monotonic(), flush=True)"
"""A process that says what its clocks show, when it is asked."""


def scenario(*actions: Action) -> Scenario:
    """The toy one, with these in its first phase."""
    whole = load_text(SCENARIO, vocabulary())
    first, *others = whole.phases
    return dataclasses.replace(whole, phases=(dataclasses.replace(first, actions=actions), *others))


def wall() -> MovedWall:
    return MovedWall(lambda: 7.0, 1_700_000_000.0)


class Asked:
    """A process that is asked for its clocks."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.pid = process.pid
        self._process = process

    def clocks(self) -> tuple[float, float]:
        """How far its wall clock and its monotonic one are ahead of ours."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        shown, steady = map(float, self._process.stdout.readline().split())
        return shown - system_wall_clock(), steady - time.monotonic()


@pytest.fixture
def faked(tmp_path: Path) -> Iterator[tuple[FalseTime, Asked]]:
    if library() is None:
        absent("no libfaketime on this machine: apt-get install libfaketime")
    made = FalseTime(scenario(AHEAD), tmp_path)
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", TELLS],
        env=dict(made.within({})), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield made, Asked(process)
        process.kill()


@pytest.mark.real
def test_the_wall_clock_jumps_at_once_and_the_monotonic_one_does_not(faked: tuple[FalseTime, Asked]) -> None:
    made, process = faked
    assert process.clocks() == pytest.approx((0.0, 0.0), abs=5.0)
    moved = wall()
    assert list(made.advance(moved, AHEAD, {"gateway": process.pid})) == []
    assert moved.ahead_s == 90_000.0
    assert process.clocks() == pytest.approx((90_000.0, 0.0), abs=5.0)
    assert list(made.advance(moved, AHEAD, {"gateway": process.pid})) == []
    assert process.clocks() == pytest.approx((180_000.0, 0.0), abs=5.0)


def test_a_process_that_loads_no_such_library_is_a_gap(tmp_path: Path) -> None:
    for pid, maps in ((11, f"7f00-7f01 r-xp 0 0:0 0 /usr/lib/x/faketime/{LIBRARY}\n"), (12, "7f00 /lib/libc.so.6\n")):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "maps").write_text(maps, encoding="utf-8")
    made = FalseTime(scenario(), tmp_path, proc=tmp_path)
    (gap,) = made.advance(wall(), AHEAD, {"gateway.0": 11, "gateway.1": 12})
    assert (gap.kind, gap.at_s) == (GapKind.NOT_STAGED, 7.0)
    assert gap.detail.startswith("the clock of gateway.1 was to be moved, and it reads the machine's own")
    assert len(list(made.advance(wall(), AHEAD, {"gateway": 13}))) == 1


def test_where_no_clock_is_moved_nothing_is_loaded(tmp_path: Path) -> None:
    vendors = scenario(Action(clock="stripe", ahead_s=5.0))
    assert not is_moved(vendors)
    made = FalseTime(vendors, tmp_path)
    assert made.within({"LD_PRELOAD": "mine.so"}) == {"LD_PRELOAD": "mine.so"}
    assert list(tmp_path.iterdir()) == []


def test_what_is_loaded_already_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(false_time, "library", lambda: Path("/x") / LIBRARY)
    told = FalseTime(scenario(AHEAD), tmp_path).within({"LD_PRELOAD": "mine.so"})
    assert told["LD_PRELOAD"] == f"/x/{LIBRARY} mine.so"
    assert Path(told["FAKETIME_TIMESTAMP_FILE"]).read_text(encoding="ascii") == "+0.000000\n"
