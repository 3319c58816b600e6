"""What was found so far is there again, and only if it is of the same sources."""

from pathlib import Path

import pytest

from brownout_harness.audit import kept
from brownout_harness.audit.kept import KeptLines, root_of, sources
from brownout_harness.problems import BadInput


def test_lines_are_there_again_but_not_one_that_was_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "new" / "lines"
    lines = KeptLines(file, "these")
    lines.add("one")
    lines.add("two")
    with file.open("a", encoding="utf-8") as cut:
        cut.write("thr")
    again = KeptLines(file, "these")
    assert again.lines == ("one", "two")
    again.add("three")
    assert KeptLines(file, "these").lines == ("one", "two", "three")
    assert KeptLines(file, "others").lines == ()


def test_a_place_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match=r"--out .*file: .*; name a folder that can be written"):
        KeptLines(tmp_path / "file" / "lines", "these")


def test_sources_are_told_apart_by_all_that_a_run_is_made_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("part.py", "scenario.yaml", "audit/part.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1", encoding="utf-8")
    monkeypatch.setattr(kept, "root_of", lambda _package: tmp_path)
    before = sources(["ours"])
    (tmp_path / "audit/part.py").write_text("2", encoding="utf-8")
    assert sources(["ours"]) == before, "what asks for runs is no part of one"
    for name in ("part.py", "scenario.yaml"):
        (tmp_path / name).write_text("2", encoding="utf-8")
        assert sources(["ours"]) != before
        before = sources(["ours"])


def test_a_package_that_is_not_there_is_bad_input() -> None:
    with pytest.raises(BadInput, match="no_such_package is not installed"):
        root_of("no_such_package")
