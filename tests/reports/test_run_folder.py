"""A run folder is whole or not there, and reads back as it was written."""

import os
from functools import cache
from pathlib import Path

import pytest

from brownout_reports.rows import TABLES
from brownout_reports.run_folder import (
    RunFolder,
    RunFolderError,
    read,
    write,
)
from tests.support import verdicts


@cache
def judged(seed: int) -> RunFolder:
    """A run, judged: its folder is all that these tests are about."""
    return verdicts.a_run(Path("nowhere"), seed=seed)


def a_run(path: Path, *, seed: int = 7) -> RunFolder:
    return judged(seed).model_copy(update={"path": path})


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_run_reads_back_as_it_was_written(tmp_path: Path) -> None:
    run = a_run(tmp_path / "runs" / "one")
    assert write(run, files={"note.txt": "hello"}) == run.path
    back = read(run.path)
    assert (back.scenario, back.verdict) == (run.scenario, run.verdict)
    assert set(back.tables.frames()) == set(TABLES)
    for name, frame in back.tables.frames().items():
        assert frame.collect().equals(run.tables.frames()[name].collect())
    tables = {f"{name}.parquet" for name in TABLES}
    assert names(run.path) == {"scenario.yaml", "verdict.json", "note.txt", "logs"} | tables
    assert names(run.path.parent) == {"one"}


def test_logs_are_copied(tmp_path: Path) -> None:
    logs = tmp_path / "work"
    logs.mkdir()
    (logs / "gateway.log").write_text("started\n")
    path = write(a_run(tmp_path / "one"), logs=logs)
    assert (path / "logs" / "gateway.log").read_text() == "started\n"


def test_a_place_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    path = write(a_run(tmp_path / "one"))
    before = (path / "verdict.json").read_bytes()
    with pytest.raises(RunFolderError, match="there is something already"):
        write(a_run(path, seed=8))
    assert (path / "verdict.json").read_bytes() == before
    assert names(tmp_path) == {"one"}


def test_an_empty_folder_may_be_filled_but_a_file_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert (write(a_run(tmp_path / "empty")) / "verdict.json").exists()
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RunFolderError, match="cannot write"):
        write(a_run(tmp_path / "file"))
    with pytest.raises(RunFolderError, match="cannot write"):
        write(a_run(tmp_path / "file" / "below"))
    assert (tmp_path / "file").read_text() == "mine"


def test_nothing_half_written_stays_behind(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="cannot write"):
        write(a_run(tmp_path / "one"), files={"no/such/folder.txt": ""})
    assert names(tmp_path) == set()


def test_an_error_of_ours_leaves_nothing_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("shutil.copytree", stop)
    with pytest.raises(KeyboardInterrupt):
        write(a_run(tmp_path / "one"), logs=tmp_path)
    assert names(tmp_path) == set()


@pytest.mark.parametrize("name", ["scenario.yaml", "verdict.json", "operations.parquet", "ledger.parquet"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    path = write(a_run(tmp_path / "one"))
    (path / name).unlink()
    with pytest.raises(RunFolderError, match=f"{name} is missing"):
        read(path)


@pytest.mark.parametrize("name", ["verdict.json", "events.parquet"])
def test_a_broken_file_is_named_on_one_line(tmp_path: Path, name: str) -> None:
    path = write(a_run(tmp_path / "one"))
    (path / name).write_bytes(b"{not it")
    with pytest.raises(RunFolderError, match=name) as error:
        read(path)
    assert "\n" not in str(error.value)


def test_another_version_or_an_unknown_key_is_refused(tmp_path: Path) -> None:
    path = write(a_run(tmp_path / "one"))
    text = (path / "verdict.json").read_text()
    (path / "verdict.json").write_text(text.replace('"schema_version": 5', '"schema_version": 4'))
    with pytest.raises(RunFolderError, match="schema_version"):
        read(path)
    (path / "verdict.json").write_text(text.replace('"seed"', '"sead"'))
    with pytest.raises(RunFolderError, match="not a verdict that this version reads"):
        read(path)


@pytest.mark.parametrize("name", ["verdict.json", "scenario.yaml", "events.parquet"])
def test_of_somebody_elses_folder_neither_a_link_nor_a_pipe_is_read(tmp_path: Path, name: str) -> None:
    path = write(a_run(tmp_path / "one"))
    real = (path / name).rename(tmp_path / name)
    (path / name).symlink_to(real)
    with pytest.raises(RunFolderError, match=f"{name} is no regular file"):
        read(path)
    (path / name).unlink()
    os.mkfifo(path / name)
    with pytest.raises(RunFolderError, match=f"{name} is no regular file"):
        read(path)


def test_a_folder_may_be_called_like_a_pattern(tmp_path: Path) -> None:
    run = a_run(tmp_path / "a[1]*")
    assert read(write(run)).tables.frames().keys() == run.tables.frames().keys()


def test_a_table_of_another_shape_is_refused(tmp_path: Path) -> None:
    run: RunFolder = a_run(tmp_path / "one")
    write(run)
    events = run.tables.frames()["events"].collect()
    events.drop("detail").write_parquet(run.path / "events.parquet")
    with pytest.raises(RunFolderError, match="column 'detail' is not as expected"):
        read(run.path)
    events.select(reversed(events.columns)).write_parquet(run.path / "events.parquet")
    with pytest.raises(RunFolderError, match="columns in another order"):
        read(run.path)


def test_no_folder_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="there is no such folder"):
        read(tmp_path / "nothing")
