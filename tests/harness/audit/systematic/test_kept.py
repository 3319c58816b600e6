"""What was found is there again."""

from dataclasses import replace
from pathlib import Path

import pytest

from brownout_harness.audit.systematic.kept import Kept
from brownout_harness.problems import BadInput
from tests.harness.audit.systematic.founds import KILLED, SURVIVED, named


def test_what_was_found_is_there_again_up_to_a_line_that_was_cut_off(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "these sources")
    first, second = named(KILLED, "1"), named(replace(SURVIVED, differed=("b",)), "2")
    kept.add(first)
    kept.add(second)
    assert Kept(tmp_path, "these sources").found == {"1": first, "2": second}
    file = tmp_path / "found.jsonl"
    file.write_text(file.read_text(encoding="utf-8")[:-5], encoding="utf-8")
    assert Kept(tmp_path, "these sources").found == {"1": first}


def test_what_was_cut_off_does_not_swallow_what_follows(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "these sources")
    kept.add(named(KILLED, "1"))
    with (tmp_path / "found.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"change": "cut o')
    again = Kept(tmp_path, "these sources")
    again.add(named(SURVIVED, "2"))
    assert Kept(tmp_path, "these sources").found.keys() == {"1", "2"}


def test_what_was_found_with_other_sources_says_nothing(tmp_path: Path) -> None:
    Kept(tmp_path, "these sources").add(KILLED)
    other = Kept(tmp_path, "other sources")
    assert other.found == {}
    other.add(SURVIVED)
    assert len(Kept(tmp_path, "other sources").found) == 1


def test_what_no_audit_wrote_is_bad_input(tmp_path: Path) -> None:
    Kept(tmp_path, "these sources")
    with (tmp_path / "found.jsonl").open("a", encoding="utf-8") as file:
        file.write("{}\n")
    with pytest.raises(BadInput, match=r"found.jsonl: not what an audit wrote"):
        Kept(tmp_path, "these sources")
