"""What the target's processes hold, with all that they have started."""

import os
from pathlib import Path

import pytest

from brownout_harness.problems import BadInput
from brownout_harness.real.memory import MemoryWatch
from brownout_harness.running.execute import execute
from brownout_harness.running.orders import checked_scenario, prepare
from brownout_reports.run_folder import Status
from tests.support.shop_scenario import write_shop

PAGE = os.sysconf("SC_PAGE_SIZE")


def process(proc: Path, pid: int, pages: int, *children: int, opened: int = 0) -> None:
    """As Linux shows one."""
    (proc / str(pid) / "fd").mkdir(parents=True)
    for number in range(opened):
        (proc / str(pid) / "fd" / str(number)).touch()
    task = proc / str(pid) / "task" / str(pid)
    task.mkdir(parents=True)
    (proc / str(pid) / "statm").write_text(f"{pages * 9} {pages} 3 1 0 7 0\n")
    (task / "children").write_text("".join(f"{each} " for each in children))


def test_a_process_counts_with_all_that_it_has_started(tmp_path: Path) -> None:
    process(tmp_path, 10, 100, 11, 12)
    process(tmp_path, 11, 20, 13)
    process(tmp_path, 13, 3)
    watch = MemoryWatch(is_wanted=True, proc=tmp_path)
    watch.look(0.0, {"target": 10})  # 12 has ended meanwhile
    assert [(each.process, each.pid, each.resident_bytes) for each in watch.samples] == [("target", 10, 123 * PAGE)]


def test_it_looks_once_a_second_and_only_where_that_is_wanted(tmp_path: Path) -> None:
    process(tmp_path, 10, 100)
    watch, unwanted = MemoryWatch(is_wanted=True, proc=tmp_path), MemoryWatch(is_wanted=False, proc=tmp_path)
    for at_s in (0.0, 0.5, 1.0, 1.9, 2.1):
        watch.look(at_s, {"target": 10})
        unwanted.look(at_s, {"target": 10})
    assert [each.at_s for each in watch.samples] == [0.0, 1.0, 2.1]
    assert unwanted.samples == ()


def test_descriptors_count_with_those_of_all_that_it_has_started(tmp_path: Path) -> None:
    process(tmp_path, 10, 100, 11, opened=5)
    process(tmp_path, 11, 20, opened=2)
    process(tmp_path, 20, 100)
    (tmp_path / "20" / "fd").rmdir()  # as of another user's: nobody may look
    watch = MemoryWatch(is_wanted=True, proc=tmp_path)
    watch.look(0.0, {"target": 10, "shut": 20})
    assert [(each.process, each.descriptors) for each in watch.samples] == [("target", 7), ("shut", None)]


def test_the_harness_s_own_are_looked_at_where_that_is_wanted_and_kept_apart(tmp_path: Path) -> None:
    process(tmp_path, 10, 100)
    process(tmp_path, 20, 50)
    for is_soak, seen in ((False, []), (True, ["load"])):
        watch = MemoryWatch(is_wanted=True, are_all_wanted=is_soak, proc=tmp_path)
        watch.look(0.0, {"target": 10}, {"load": 20})
        assert [each.process for each in watch.samples] == ["target"]
        assert [each.process for each in watch.beside] == seen


def test_of_one_that_is_gone_there_is_no_sample(tmp_path: Path) -> None:
    watch = MemoryWatch(is_wanted=True, proc=tmp_path)
    watch.look(0.0, {"target": 10})
    assert watch.samples == ()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system has no /proc")
def test_it_sees_this_very_process() -> None:
    watch = MemoryWatch(is_wanted=True)
    watch.look(0.0, {"me": os.getpid()})
    assert 5_000_000 < watch.samples[0].resident_bytes < 10**11


DESCRIPTORS = "descriptors_bounded: {grows_at_most: 60}"


def shop(folder: Path, options: str = "", demand: str = "{grows_at_most_mb: 30}") -> Path:
    path = write_shop(folder, options=options, steady="34s")
    path.write_text(path.read_text().replace("nothing_lost: {}", f"memory_bounded: {demand}"))
    return path


def test_it_is_refused_where_the_target_has_no_process(tmp_path: Path) -> None:
    path = shop(tmp_path)
    with pytest.raises(BadInput, match=r"memory_bounded looks at processes of the target's: virtual mode has none"):
        checked_scenario(str(path), "virtual", None)
    lines = [line for line in path.read_text().splitlines() if "command:" not in line and "ready:" not in line]
    path.write_text("\n".join(lines).replace("{{port}}", "8080"))
    with pytest.raises(BadInput, match=r"memory_bounded looks at .* say how it is started"):
        checked_scenario(str(path), "real", None)


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize(("options", "status"), [("", Status.PASSED), ("--hoards 100", Status.FAILED)])
def test_a_shop_that_keeps_something_of_each_customer_is_seen(tmp_path: Path, options: str, status: Status) -> None:
    """20 customers a second, 100 kB of each: 120 MB a minute."""
    [order] = prepare(
        [str(shop(tmp_path, options))], mode="real", time="T", out=tmp_path / "out", redis="fake", environment={}
    )
    results = {each.name: each for each in execute(order).verdict.expectations}
    assert results["memory_bounded"].status is status, results["memory_bounded"]


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize(("options", "status"), [("", Status.PASSED), ("--leaks 1", Status.FAILED)])
def test_a_shop_that_leaves_a_file_open_at_each_customer_is_seen(tmp_path: Path, options: str, status: Status) -> None:
    """20 customers a second: 1,200 descriptors a minute, of which there are not so many yet that opening fails."""
    path = shop(tmp_path, options)
    path.write_text(path.read_text().replace("memory_bounded: {grows_at_most_mb: 30}", DESCRIPTORS))
    [order] = prepare([str(path)], mode="real", time="T", out=tmp_path / "out", redis="fake", environment={})
    results = {each.name: each for each in execute(order).verdict.expectations}
    assert results["descriptors_bounded"].status is status, results["descriptors_bounded"]
