"""What makes no difference has a reason."""

from pathlib import Path

import pytest

from brownout_harness.audit.systematic.reviewed import reviewed
from brownout_harness.audit.systematic.sources import SOURCES
from brownout_harness.problems import BadInput


def test_every_reviewed_change_has_a_reason(tmp_path: Path) -> None:
    names = {each.name for sources in SOURCES.values() for each in sources.changes()}
    assert reviewed().keys() <= names
    file = tmp_path / "reviewed.yaml"
    file.write_text('"a → b":\n', encoding="utf-8")
    with pytest.raises(BadInput, match="'a → b' has no reason"):
        reviewed(file)
