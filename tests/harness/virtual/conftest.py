"""Code of our own packages, and of somebody else's, for the tests of the closed world."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from tests.harness.virtual.reaching import Maker


def _maker(name: str, monkeypatch: pytest.MonkeyPatch) -> Maker:
    def make(text: str) -> Callable[[], Any]:
        imports, _, expression = text.rpartition("; ")
        module = ModuleType(name)
        program = f"{imports}\ndef do():\n    return {expression}\n"
        exec(compile(program, "somewhere.py", "exec"), module.__dict__)  # noqa: S102 - a module of that name
        monkeypatch.setitem(sys.modules, name, module)
        do: Callable[[], Any] = module.do
        return do

    return make


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Maker:
    """Makes functions of one of our own packages."""
    return _maker("brownout_core.somewhere", monkeypatch)


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> Maker:
    """Makes functions of a library."""
    return _maker("library.somewhere", monkeypatch)
