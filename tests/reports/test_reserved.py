"""A place is somebody's from the beginning of a run, and is given back if nothing comes of it."""

from pathlib import Path
from threading import Barrier, Thread

import pytest

from brownout_reports.reserved import reserved
from brownout_reports.run_folder import RunFolderError, read, write
from tests.reports.runs import a_run


def test_two_runs_of_one_second_get_two_folders(tmp_path: Path) -> None:
    wanted = tmp_path / "runs" / "T-healthy-virtual"
    with reserved(wanted, "a", beside=True) as first, reserved(wanted, "b", beside=True) as second:
        assert (first, second) == (wanted, wanted.with_name("T-healthy-virtual-2"))
        assert (first / "scenario.yaml").read_text() == "a"
    assert list(tmp_path.iterdir()) == []


def test_of_many_that_come_at_once_each_gets_its_own(tmp_path: Path) -> None:
    together, places = Barrier(8), []

    def run() -> None:
        together.wait()
        with reserved(tmp_path / "A", "x", beside=True) as place:
            places.append(place)
            together.wait()

    threads = [Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(places)) == 8


def test_a_named_place_is_one_runs_only_and_may_be_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "A").mkdir()
    with (
        reserved(tmp_path / "A", "x"),
        pytest.raises(RunFolderError, match="another run has begun there"),
        reserved(tmp_path / "A", "y"),
    ):
        raise AssertionError("not reached")
    assert list((tmp_path / "A").iterdir()) == []


def test_a_place_is_replaced_by_the_whole_run(tmp_path: Path) -> None:
    with reserved(tmp_path / "A", "name: other\n") as place:
        with pytest.raises(RunFolderError, match="A holds a run that is not over, or was killed: no verdict yet"):
            read(place)
        write(a_run().model_copy(update={"path": place}), is_reserved=True)
    assert [path.name for path in tmp_path.iterdir()] == ["A"]
    assert read(tmp_path / "A").scenario == "name: stripe-brownout\n"


def test_a_place_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunFolderError, match="file/A: Not a directory"), reserved(tmp_path / "file" / "A", "x"):
        raise AssertionError("not reached")
