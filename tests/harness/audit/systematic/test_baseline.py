"""What was found before is read as it was written."""

from dataclasses import replace
from pathlib import Path

import pytest

from brownout_harness.audit.systematic.baseline import Known, baseline, read_baseline
from brownout_harness.audit.systematic.verdicts import Fate
from brownout_harness.problems import BadInput
from tests.harness.audit.systematic.founds import KILLED, SURVIVED, named


def test_it_is_read_as_it_was_written_in_the_order_of_the_sources(tmp_path: Path) -> None:
    file = tmp_path / "baseline.tsv"
    found = [named(replace(SURVIVED, line=9), "later"), named(KILLED, "sooner")]
    file.write_text(baseline(found), encoding="utf-8")
    known = read_baseline(file)
    assert list(known.items()) == [
        ("sooner", Known(Fate.KILLED, KILLED.scenario)),
        ("later", Known(Fate.SURVIVED, "")),
    ]
    assert baseline(reversed(found)) == baseline(found)


@pytest.mark.parametrize("line", ["killed\tonly two", "maimed\tb\tpart:f: 1", "no tabs at all"])
def test_what_no_audit_wrote_is_bad_input_by_its_line(line: str, tmp_path: Path) -> None:
    file = tmp_path / "baseline.tsv"
    file.write_text(f"# head\n{line}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"baseline.tsv:2: not what an audit wrote"):
        read_baseline(file)


def test_where_there_is_none_it_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="an audit with --out writes one"):
        read_baseline(tmp_path / "none.tsv")
