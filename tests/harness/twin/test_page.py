"""The measured figures get into a page, and nothing else of it changes."""

from pathlib import Path

from brownout_harness.twin.agreement import agreement_of
from brownout_harness.twin.page import BEGIN, END, main
from brownout_harness.twin.told import told
from tests.harness.twin.runs import pair


def figures(folder: Path) -> Path:
    path = folder / "twin.json"
    path.write_text(told([agreement_of("healthy", [pair()])]).model_dump_json())
    return path


def test_figures_are_written_between_their_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert main([str(page), str(figures(tmp_path))]) == 0
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "### healthy" in text


def test_what_is_no_such_page_or_no_figures_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no place")
    assert main([str(page), str(figures(tmp_path))]) == 2
    assert main([str(page), str(page)]) == 2
    assert main([str(tmp_path / "none.md"), str(tmp_path / "none.json")]) == 2
    assert main([]) == 2
    assert page.read_text() == "no place"
