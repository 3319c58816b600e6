"""What audits found gets into a page."""

from pathlib import Path

import pytest

from brownout_harness.audit.systematic.page import BEGIN, END, main
from brownout_harness.audit.systematic.sources import SOURCES
from brownout_harness.audit.systematic.tally import tally, write
from tests.harness.audit.systematic.founds import KILLED

PAGE = Path(__file__).parents[4] / "docs" / "detection.md"


def test_each_package_that_was_audited_is_in_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    for name in ("core", "simulators"):
        write(tmp_path, tally(SOURCES[name], 0.1, [KILLED], reviewed={}, names=[KILLED.change]))
    assert main([str(page), str(tmp_path)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "`brownout_core`, a sample of 10% of all changes:" in text
    assert "`brownout_simulators`" in text
    assert "old" not in text


def test_where_nothing_was_found_or_nothing_can_be_written_the_page_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("no place", encoding="utf-8")
    assert main([]) == 2
    assert main([str(page), str(tmp_path)]) == 2
    write(tmp_path, tally(SOURCES["core"], 1.0, [KILLED], reviewed={}, names=[KILLED.change]))
    assert main([str(page), str(tmp_path)]) == 2
    assert "the page has no place for the figures" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "no place"


def test_our_own_page_has_a_place() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.index(BEGIN) < text.index(END)
