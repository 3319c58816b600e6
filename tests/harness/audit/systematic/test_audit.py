"""What is taken from a baseline without a run. What needs runs is in `test_show.py`."""

import pytest
from rich.console import Console

from brownout_harness.audit.systematic.audit import Audit
from brownout_harness.audit.systematic.baseline import Known
from brownout_harness.audit.systematic.kept import Kept
from brownout_harness.audit.systematic.sources import SOURCES
from brownout_harness.audit.systematic.verdicts import Fate

CORE = SOURCES["core"]


@pytest.mark.thorough
def test_what_was_not_noticed_is_not_tried_again_and_counts_as_it_did() -> None:
    changes = [each for each in CORE.changes() if each.module == "brownout_core.clock"]
    survived, doubted, gone, new = changes[:4]
    known = {
        survived.name: Known(Fate.SURVIVED, ""),
        doubted.name: Known(Fate.DOUBTED, "places-taken"),
        gone.name: Known(Fate.KILLED, "a-scenario-that-is-no-longer-there"),
    }
    audit = Audit(CORE, changes, Kept(None, "these sources"), 1, Console())
    audit.against(known, changes)
    assert {name: each.fate for name, each in audit.kept.found.items()} == {
        survived.name: Fate.SURVIVED,
        doubted.name: Fate.DOUBTED,
    }
    assert new.name not in audit.kept.found, "it is to be tried with all scenarios"
