"""What all fates come to."""

import json
from pathlib import Path

import pytest

from brownout_harness.audit.systematic.baseline import Known
from brownout_harness.audit.systematic.sources import SOURCES
from brownout_harness.audit.systematic.tally import Tally, tally, to_markdown, write
from brownout_harness.audit.systematic.verdicts import Fate, Found
from tests.harness.audit.systematic.founds import DOUBTED, KILLED, NOT_COVERED, SURVIVED, named


def told(*found: Found, reviewed: dict[str, str] | None = None, package: str = "core") -> Tally:
    return tally(SOURCES[package], 1.0, found, reviewed=reviewed or {}, names=[KILLED.change])


def test_what_no_run_comes_to_counts_as_not_noticed() -> None:
    row = told(named(KILLED, "1"), named(NOT_COVERED, "2"), named(SURVIVED, "3")).rows[-1]
    assert (row.changes, row.noticed, row.survived, row.not_covered) == (3, 1, 1, 1)
    assert row.share == pytest.approx(1 / 3)
    assert row.share_where_run == pytest.approx(1 / 2)


def test_what_makes_no_difference_is_taken_out_and_only_if_nobody_notices_it() -> None:
    reasons = {KILLED.change: "nobody reads it"}
    assert told(SURVIVED, reviewed=reasons).rows[-1].equivalent == 1
    contradicted = told(KILLED, reviewed=reasons)
    assert contradicted.rows[-1].equivalent == 0
    assert [each.change for each in contradicted.contradicted] == [KILLED.change]


def test_a_reason_for_what_is_no_longer_there_is_told() -> None:
    assert told(reviewed={"brownout_core.gone:f: 1 → 2": "why"}).stale == ("brownout_core.gone:f: 1 → 2",)
    assert told(reviewed={"brownout_simulators.gone:f: 1 → 2": "of another package"}).stale == ()


def test_of_the_simulators_a_doubt_is_enough() -> None:
    """They are what the harness judges by: it must not be green. Of the core nobody would know why."""
    assert told(DOUBTED).rows[-1].noticed == 0
    assert told(DOUBTED, package="simulators").rows[-1].noticed == 1


def test_what_was_found_is_written_for_programs_and_for_people(tmp_path: Path) -> None:
    all_of_it = told(named(KILLED, "1"), named(SURVIVED, "2"))
    write(tmp_path, all_of_it)
    written = json.loads((tmp_path / "systematic-brownout_core.json").read_text(encoding="utf-8"))
    assert [each["part"] for each in written["parts"]] == ["policies", "all"]
    assert [each["fate"] for each in written["changes"]] == ["killed", "survived"]
    assert (tmp_path / "systematic-brownout_core.md").read_text(encoding="utf-8") == to_markdown(all_of_it)
    assert "| policies | 2 | 1 | 1 | 0 | 0 | 0 | 50.0% | 50.0% |" in to_markdown(all_of_it)
    assert "| exactly_once | 1 |" in to_markdown(all_of_it)


@pytest.mark.parametrize(("package", "lost"), [("core", ["doubted", "survived"]), ("simulators", ["survived"])])
def test_what_was_noticed_before_and_is_no_longer_is_lost(package: str, lost: list[str]) -> None:
    """Of the simulators an inconclusive run has noticed."""
    found = [named(SURVIVED, "survived"), named(DOUBTED, "doubted"), named(KILLED, "killed"), named(SURVIVED, "new")]
    before = {each.change: Known(Fate.KILLED, "b") for each in found[:3]} | {"reviewed": Known(Fate.SURVIVED, "")}
    told = tally(SOURCES[package], 1.0, found, reviewed={"reviewed": "nobody reads it"}, names=[], before=before)
    assert sorted(each.change for each in told.lost) == lost
    assert told.share_before == 1.0
