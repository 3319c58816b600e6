"""Who did it, and how things are exchanged and put back."""

import math
import sys
import time
from contextlib import suppress
from types import ModuleType

import pytest

from brownout_harness.virtual.guard import STDLIB, beyond, is_ours, refusal, replaced


def test_the_one_who_did_it_is_found_beyond_the_standard_library() -> None:
    found = beyond(sys._getframe(), STDLIB)
    assert found is sys._getframe()
    assert beyond(sys._getframe(), {"tests"}) is not found
    assert not is_ours(found)
    assert not is_ours(None)
    assert str(refusal(found, "does it")).endswith(" does it in virtual time")
    assert "test_guard.py:" in str(refusal(found, "does it"))


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
