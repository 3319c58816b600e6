"""The spill file: what the store could not take is kept, and nothing is lost between taking and draining."""

import os
from pathlib import Path

import pytest

from brownout_core.errors import ConfigError
from brownout_core.records import StoreUnavailable
from brownout_core.stores.spill import SpillFile
from tests.core.stores.test_sqlite import letter


def test_what_was_appended_is_taken_until_it_is_drained(tmp_path: Path) -> None:
    spill = SpillFile(tmp_path / "spill")
    assert spill.take() == []
    letters = [letter(1, payload=b"\x00\xff"), letter(2)]
    for each in letters:
        spill.append(each)
    assert spill.take() == letters
    assert SpillFile(tmp_path / "spill").take() == letters  # a crash before `drained`
    spill.append(letter(3))
    assert spill.take() == letters
    spill.drained()
    assert spill.take() == [letter(3)]
    spill.drained()
    assert spill.take() == []
    assert list(tmp_path.iterdir()) == []


def test_a_torn_last_line_was_never_acknowledged_and_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "spill"
    spill = SpillFile(path)
    spill.append(letter(1))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    assert spill.take() == [letter(1)]


def test_what_comes_after_a_torn_line_is_not_joined_to_it(tmp_path: Path) -> None:
    path = tmp_path / "spill"
    SpillFile(path).append(letter(1))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])  # the process died in the middle of its second letter
    after_restart = SpillFile(path)
    after_restart.append(letter(2))
    after_restart.append(letter(3))
    assert after_restart.take() == [letter(1), letter(2), letter(3)]


def test_half_a_letter_is_taken_back_and_not_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spill = SpillFile(tmp_path / "spill")
    spill.append(letter(1))
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, line: write(handle, line[:50]))  # a disk with 50 bytes left
    with pytest.raises(StoreUnavailable, match="no room for the whole letter"):
        spill.append(letter(2))
    monkeypatch.undo()
    spill.append(letter(3))
    assert spill.take() == [letter(1), letter(3)]


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    SpillFile(tmp_path / "spill").append(letter())
    assert (tmp_path / "spill").stat().st_mode & 0o077 == 0


def test_a_full_file_and_a_missing_folder_say_so(tmp_path: Path) -> None:
    full = SpillFile(tmp_path / "spill", limit_bytes=600)
    full.append(letter(1))
    with pytest.raises(StoreUnavailable, match="600 bytes"):
        full.append(letter(2))
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        SpillFile(tmp_path / "missing" / "spill").append(letter())
    with pytest.raises(ConfigError, match="limit_bytes"):
        SpillFile(tmp_path / "spill", limit_bytes=0)
