"""The spill file: what the store could not take is kept, and nothing is lost between taking and draining."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.errors import ConfigError
from brownout_core.records import StoreUnavailable
from brownout_core.rows import to_line
from brownout_core.stores.spill import SpillFile
from tests.core.stores.test_sqlite import letter
from tests.support.examples import examples


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


UNREADABLE = [
    b"\x00\xffnot JSON\n",
    b"[]\n",
    b"{}\n",
    to_line(letter(7)).replace(b'"pending"', b'"lost"'),
    to_line(letter(7)).replace(b'"attempts":1', b'"attempts":"many"'),
    to_line(letter(7)).replace(b'"payload":"', b'"payload":"*'),
    to_line(letter(7)).replace(b'"flow"', b'"of_a_newer_version"'),
]


@pytest.mark.parametrize("line", UNREADABLE, ids=range(len(UNREADABLE)))
def test_a_whole_line_that_cannot_be_read_was_acknowledged_so_it_is_kept_aside(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "spill"
    spill = SpillFile(path)
    spill.append(letter(1))
    path.write_bytes(path.read_bytes() + line)
    spill.append(letter(2))
    spill.check()
    assert spill.take() == [letter(1), letter(2)]
    spill.drained()
    assert spill.take() == []
    (aside,) = tmp_path.iterdir()
    assert aside.read_bytes() == line
    assert aside.stat().st_mode & 0o077 == 0
    with pytest.raises(StoreUnavailable) as caught:
        spill.check()
    assert str(aside) in str(caught.value)
    aside.rename(tmp_path / "read by a person")
    spill.check()


def test_what_was_kept_aside_is_never_overwritten_and_not_kept_twice(tmp_path: Path) -> None:
    path = tmp_path / "spill"
    for lines in (b"one\n", b"two\n", b"one\n"):
        path.write_bytes(lines)
        spill = SpillFile(path)
        assert spill.take() == []
        spill.drained()
    assert sorted(each.read_bytes() for each in tmp_path.iterdir()) == [b"one\n", b"two\n"]


def test_a_crash_before_it_is_kept_aside_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "spill"
    path.write_bytes(b"unreadable\n")
    assert SpillFile(path).take() == []
    again = SpillFile(path)
    assert again.take() == []
    again.drained()
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"unreadable\n"]


def test_where_it_cannot_be_kept_aside_nothing_is_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "spill"
    path.write_bytes(b"unreadable\n")
    spill = SpillFile(path)
    spill.take()
    monkeypatch.setattr(os, "write", lambda _handle, _data: 3)  # a disk with 3 bytes left
    with pytest.raises(StoreUnavailable, match="no room"):
        spill.drained()
    monkeypatch.undo()
    spill.drained()
    (aside,) = (each for each in tmp_path.iterdir() if not each.name.endswith(".half"))
    assert aside.read_bytes() == b"unreadable\n"


def test_what_an_earlier_version_left_behind_is_read(tmp_path: Path) -> None:
    path = tmp_path / "spill"
    line = to_line(letter(1)).replace(b'"operation_id"', b'"correlation_id"').replace(b'"pending"', b'"waiting"')
    assert line != to_line(letter(1))
    path.write_bytes(line)
    assert SpillFile(path).take() == [letter(1)]


@given(
    st.lists(st.binary(max_size=30).map(lambda data: data.replace(b"\n", b"") + b"\n"), max_size=6), st.integers(0, 6)
)
@examples(100)
def test_whatever_is_in_the_file_no_whole_line_is_lost(lines: list[bytes], place: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spill"
        lines.insert(min(place, len(lines)), to_line(letter(1)))
        path.write_bytes(b"".join(lines))
        spill = SpillFile(path)
        taken = spill.take()
        spill.drained()
        kept = b"".join(each.read_bytes() for each in Path(folder).iterdir())
        assert taken == [letter(1)]
        assert kept == b"".join(line for line in lines if line != to_line(letter(1)))


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
