"""What makes no difference has a reason."""

from pathlib import Path

import pytest

from brownout_harness.audit.systematic.reviewed import by_change, reviewed
from brownout_harness.audit.systematic.sources import SOURCES
from brownout_harness.problems import BadInput


@pytest.mark.thorough
def test_every_reviewed_change_has_a_reason(tmp_path: Path) -> None:
    names = {each.name for sources in SOURCES.values() for each in sources.changes()}
    assert by_change(reviewed(), names).keys() <= names
    file = tmp_path / "reviewed.yaml"
    file.write_text('"a → b":\n', encoding="utf-8")
    with pytest.raises(BadInput, match="'a → b' has no reason"):
        reviewed(file)


def test_changes_of_one_kind_have_one_reason_and_a_kind_of_which_there_is_none_stays() -> None:
    names = ["core.a:f: 'send' → 'send-'", "core.b:g: 'send' → 'send-' #1", "core.b:g: a.b → a"]
    told = {"core.<any>: 'send' → 'send-'<any>": "a label", "core.b:g: a.b → a": "same", "core.<any>: axb → a": "none"}
    assert by_change(told, names) == {names[0]: "a label", names[1]: "a label", names[2]: "same"} | {
        "core.<any>: axb → a": "none"
    }
