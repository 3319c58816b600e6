"""Who did it, and how things are exchanged and put back."""

import importlib
import math
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

from brownout_harness.virtual.closed import closed_world
from brownout_harness.virtual.guard import GUARD, STDLIB, NotVirtual, beyond, is_ours, refusal, replaced


def test_the_one_who_did_it_is_found_beyond_the_standard_library() -> None:
    found = beyond(sys._getframe(), STDLIB)
    assert found is sys._getframe()
    assert beyond(sys._getframe(), {"tests"}) is not found
    assert not is_ours(found)
    assert not is_ours(None)
    assert str(refusal(found, "does it")).endswith(" does it in virtual time")
    assert "test_guard.py:" in str(refusal(found, "does it"))


LOOKING = "import somewhere_real\n"
DOING_WITHOUT = "try:\n    import somewhere_real\nexcept Exception:\n    pass\n"


@pytest.mark.parametrize(
    ("imports", "is_told"), [([LOOKING], True), ([DOING_WITHOUT], False), ([LOOKING, DOING_WITHOUT], True)]
)
def test_what_is_refused_to_a_library_on_its_way_in_is_told_unless_it_does_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, imports: list[str], is_told: bool
) -> None:
    before = list(sys.path)
    for number, text in enumerate(imports):
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}" / "some_library.py").write_text(text)
        (tmp_path / f"{number}" / "somewhere_real.py").write_text("import subprocess\nsubprocess.run(['true'])\n")
    with closed_world():
        for number in range(len(imports)):
            monkeypatch.setattr(sys, "path", [str(tmp_path / f"{number}"), *before])
            with suppress(NotVirtual):
                importlib.import_module("some_library")
        told = GUARD.refused()
    sys.modules.pop("some_library", None)
    assert len(told) == is_told


def test_a_thing_is_exchanged_wherever_it_is_held_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    holder = ModuleType("holder")
    holder.__dict__["root"] = math.sqrt
    monkeypatch.setitem(sys.modules, "holder", holder)
    original = math.sqrt
    with suppress(RuntimeError), replaced({(math, "sqrt"): str}):
        assert math.sqrt is holder.root is str
        raise RuntimeError("on the way")
    assert math.sqrt is holder.root is original


def test_a_module_that_was_imported_meanwhile_keeps_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    late = ModuleType("late")
    monkeypatch.setitem(sys.modules, "late", late)
    with replaced({(time, "monotonic"): lambda: 0.0}):
        late.now = time.monotonic  # type: ignore[attr-defined]
        assert late.now() == 0.0
    assert late.now is time.monotonic
