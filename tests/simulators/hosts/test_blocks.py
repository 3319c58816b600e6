"""Packed blocks on disk."""

import os
from pathlib import Path

import pytest

from brownout_simulators.hosts.blocks import FileBlocks


def test_blocks_are_read_as_they_were_handed_over(tmp_path: Path) -> None:
    blocks = FileBlocks(str(tmp_path))
    given = [b"a", b"", b"b" * 100_000, b"c"]
    for block in given:
        blocks.append(block)
    assert [blocks.read(number) for number in (3, 0, 2, 1)] == [b"c", b"a", b"b" * 100_000, b""]
    blocks.close()


def test_the_file_has_no_name(tmp_path: Path) -> None:
    blocks = FileBlocks(str(tmp_path))
    blocks.append(b"secret")
    assert list(tmp_path.iterdir()) == []
    blocks.close()


def test_clearing_gives_the_room_back_and_begins_with_0(tmp_path: Path) -> None:
    blocks = FileBlocks(str(tmp_path))
    blocks.append(b"old" * 1_000)
    blocks.clear()
    assert os.fstat(blocks._file.fileno()).st_size == 0
    blocks.append(b"new")
    assert blocks.read(0) == b"new"
    blocks.close()


def test_a_write_that_comes_short_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = FileBlocks(str(tmp_path))
    whole = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: whole(fd, data[:7], at))
    blocks.append(b"0123456789" * 5)
    blocks.append(b"z")
    assert (blocks.read(0), blocks.read(1)) == (b"0123456789" * 5, b"z")
    blocks.close()
