"""A change is put into what is there, or comes with the import."""

import ast
import gc
import sys
from importlib import import_module
from pathlib import Path

import pytest

from brownout_harness.audit.systematic.changes import changed, changes_of
from brownout_harness.audit.systematic.put_in import Functions, import_anew

TOY = """LIMIT = 3


class Base:
    def size(self):
        return 1


class Toy(Base):
    def size(self):
        return super().size() + 1

    def many(self):
        def inner(n):
            return n + 10

        return [inner(n) for n in range(2)]
"""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An imported module `put_in_toy`, forgotten afterwards."""
    file = tmp_path / "put_in_toy.py"
    file.write_text(TOY, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.delitem(sys.modules, "put_in_toy", raising=False)
    import_module("put_in_toy")
    return file


def one(file: Path, before: str, after: str) -> tuple[ast.Module, int]:
    change = next(each for each in changes_of("put_in_toy", file) if (each.before, each.after) == (before, after))
    return changed(file, change), change.line


@pytest.mark.parametrize(
    ("before", "after", "size", "many"),
    [("super().size() + 1", "super().size() - 1", 0, [10, 11]), ("n + 10", "n - 10", 2, [-10, -9])],
)
def test_a_function_that_is_there_takes_its_change_at_once(
    toy: Path, before: str, after: str, size: int, many: list[int]
) -> None:
    made = sys.modules["put_in_toy"].Toy()
    functions = Functions([str(toy)])
    tree, line = one(toy, before, after)
    assert functions.exchange(str(toy), tree, line)
    assert (made.size(), made.many()) == (size, many)


def test_a_function_is_found_though_the_collector_has_been_told_to_leave_it_alone(toy: Path) -> None:
    """As it has where an audit has tried some changes already: the others would all be imported anew, which takes long,
    and no probe would be put in."""
    tree, line = one(toy, "n + 10", "n - 10")
    gc.freeze()
    try:
        assert Functions([str(toy)]).exchange(str(toy), tree, line)
    finally:
        gc.unfreeze()


def test_what_no_living_function_can_take_is_said(toy: Path) -> None:
    """Without `super()` it has no use for the cell of its class."""
    tree, line = one(toy, "return super().size() + 1", "return None")
    assert not Functions([str(toy)]).exchange(str(toy), tree, line)
    outside, line = one(toy, "3", "4")
    assert not Functions([str(toy)]).exchange(str(toy), outside, line)


def test_a_module_comes_anew_with_its_change(toy: Path) -> None:
    tree, _ = one(toy, "3", "4")
    import_anew("put_in_toy", toy, tree, ["put_in_toy"])
    assert import_module("put_in_toy").LIMIT == 4


def test_of_two_functions_at_one_place_none_is_exchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wrong one would be as easily changed as the right one; the module comes anew instead."""
    file = tmp_path / "put_in_pair.py"
    file.write_text("PAIR = (lambda n: n + 1, lambda n: n + 2)\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "put_in_pair", raising=False)
    import_module("put_in_pair")
    tree, line = one(file, "n + 2", "n - 2")
    functions = Functions([str(file)])
    assert not functions.exchange(str(file), tree, line)
    assert list(functions.every(str(file), tree)) == []


def test_every_function_that_can_be_exchanged_is_told_with_its_lines(toy: Path) -> None:
    told = Functions([str(toy)]).every(str(toy), ast.parse(toy.read_bytes()))
    assert [(code.co_qualname, lines[0]) for lines, code, _ in told] == [
        ("Base.size", 5),
        ("Toy.size", 10),
        ("Toy.many", 13),
    ]
