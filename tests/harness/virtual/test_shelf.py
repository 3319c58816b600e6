"""Bytes by key, in a file."""

import copy
from pathlib import Path

from brownout_harness.virtual.closed import closed_world
from brownout_harness.virtual.shelf import FileShelf


def test_what_was_put_there_is_found_and_what_was_not_is_not(tmp_path: Path) -> None:
    shelf = FileShelf(tmp_path)
    assert shelf.get("a") is None
    shelf.put({"a": b"1", "b": b"2"})
    assert (shelf.get("a"), shelf.get("b"), shelf.get("c")) == (b"1", b"2", None)


def test_the_later_of_two_under_one_key_is_kept(tmp_path: Path) -> None:
    shelf = FileShelf(tmp_path)
    shelf.put({"a": b"1"})
    shelf.put({"a": b"2"})
    assert shelf.get("a") == b"2"


def test_it_works_in_a_closed_world_if_it_was_made_before(tmp_path: Path) -> None:
    shelf = FileShelf(tmp_path)
    many = {f"key {number}": b"x" * 100 for number in range(20_000)}  # more than a page cache
    with closed_world():
        shelf.put(many)
        assert shelf.get("key 17") == b"x" * 100
    shelf.close()


def test_two_in_one_folder_are_apart(tmp_path: Path) -> None:
    one, other = FileShelf(tmp_path), FileShelf(tmp_path)
    one.put({"a": b"1"})
    assert other.get("a") is None


def test_another_one_in_the_same_file_is_empty_and_a_copy_holds_the_same(tmp_path: Path) -> None:
    shelf = FileShelf(tmp_path)
    shelf.put({"a": b"1"})
    other, copied = shelf.another(), copy.deepcopy(shelf)
    assert (other.get("a"), copied.get("a")) == (None, b"1")
    other.put({"a": b"2"})
    copied.put({"a": b"3"})
    assert [each.get("a") for each in (shelf, other, copied)] == [b"1", b"2", b"3"]
