"""Bytes by key, in a file."""

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from brownout_harness.virtual.closed import closed_world
from brownout_harness.virtual.shelf import FileShelf

Shelf = Callable[[], FileShelf]


@pytest.fixture(name="made")
def _made(tmp_path: Path) -> Iterator[Shelf]:
    with ExitStack() as files:
        yield lambda: files.enter_context(closing(FileShelf(tmp_path)))


def test_what_was_put_there_is_found_and_what_was_not_is_not(made: Shelf) -> None:
    shelf = made()
    assert shelf.get("a") is None
    shelf.put({"a": b"1", "b": b"2"})
    assert (shelf.get("a"), shelf.get("b"), shelf.get("c")) == (b"1", b"2", None)


def test_the_later_of_two_under_one_key_is_kept(made: Shelf) -> None:
    shelf = made()
    shelf.put({"a": b"1"})
    shelf.put({"a": b"2"})
    assert shelf.get("a") == b"2"


def test_it_works_in_a_closed_world_if_it_was_made_before(made: Shelf) -> None:
    shelf = made()
    many = {f"key {number}": b"x" * 100 for number in range(20_000)}  # more than a page cache
    with closed_world():
        shelf.put(many)
        assert shelf.get("key 17") == b"x" * 100


def test_two_in_one_folder_are_apart(made: Shelf) -> None:
    one, other = made(), made()
    one.put({"a": b"1"})
    assert other.get("a") is None


def test_another_one_in_the_same_file_is_empty_and_a_copy_holds_the_same(made: Shelf) -> None:
    shelf = made()
    shelf.put({"a": b"1"})
    other, copied = shelf.another(), copy.deepcopy(shelf)
    assert (other.get("a"), copied.get("a")) == (None, b"1")
    other.put({"a": b"2"})
    copied.put({"a": b"3"})
    assert [each.get("a") for each in (shelf, other, copied)] == [b"1", b"2", b"3"]
