"""The command that writes the reference."""

from pathlib import Path

import pytest

from brownout_harness.words.reference import main
from brownout_scenarios.reference import BEGIN, END


@pytest.mark.thorough
def test_a_page_is_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}\n{END}\n")
    assert main([str(page)]) == 0
    assert "### Fault `latency`" in page.read_text()


def test_a_page_without_a_place_is_one_line_and_stays_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing")
    assert main([str(page)]) == 2
    assert main([str(tmp_path / "none.md")]) == 2
    assert page.read_text() == "nothing"
    assert len(capsys.readouterr().err.splitlines()) == 2
