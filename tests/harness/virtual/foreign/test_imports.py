"""Somebody else's modules are imported anew for each life; libraries, and what was there before, stay."""

import sys
from pathlib import Path

import pytest

from brownout_harness.problems import BadInput
from brownout_harness.virtual.foreign.imports import Application


def folder(path: Path) -> Path:
    (path / "stall").mkdir()
    (path / "stall" / "__init__.py").write_text("from stall_parts import SEEN\nimport json\n", encoding="utf-8")
    (path / "stall" / "main.py").write_text(
        "from stall import SEEN\ndef app(): return SEEN\ndef make(): return list(SEEN)\n", encoding="utf-8"
    )
    (path / "stall_parts.py").write_text("SEEN = []\n", encoding="utf-8")
    return path


def test_its_own_modules_are_new_each_time_and_gone_afterwards(tmp_path: Path) -> None:
    import json

    application = Application("stall.main:app")
    with application.at_hand(folder(tmp_path)):
        first = application.anew()
        first().append("a word")
        second = application.anew()
        assert second() == []
        assert first() == ["a word"]
        assert sys.modules["json"] is json
    assert not {"stall", "stall.main", "stall_parts"} & sys.modules.keys()
    assert str(tmp_path) not in sys.path


def test_what_was_there_under_that_name_is_there_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = type(sys)("stall")
    monkeypatch.setitem(sys.modules, "stall", mine)
    application = Application("stall.main:make()")
    with application.at_hand(folder(tmp_path)):
        assert application.anew() == []
    assert sys.modules["stall"] is mine


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("stall.none:app", "ModuleNotFoundError: No module named 'stall.none'"),
        ("stall.main:none", "AttributeError: module 'stall.main' has no attribute 'none'"),
        ("stall.main:app.none", "AttributeError"),
    ],
)
def test_what_is_not_there_is_bad_input(tmp_path: Path, where: str, said: str) -> None:
    application = Application(where)
    with application.at_hand(folder(tmp_path)), pytest.raises(BadInput, match=said):
        application.anew()
