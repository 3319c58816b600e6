"""The page of the known-bad parts is written where one says."""

from pathlib import Path

import pytest

from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.audit.page import main


def test_it_names_every_known_bad_part(tmp_path: Path) -> None:
    assert main([str(tmp_path / "page.md")]) == 0
    written = (tmp_path / "page.md").read_text()
    assert all(f"| `{name}` |" in written for name in MUTANTS)


def test_a_place_where_nothing_can_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere" / "page.md")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
