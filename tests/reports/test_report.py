"""The report: self-contained, escaped, and it says what the verdict says."""

import re
from functools import cache
from pathlib import Path

import pytest

from brownout_reports.report import headline, render, write_report
from brownout_reports.run_folder import Status, write
from tests.reports.runs import a_run
from tests.support import verdicts


@cache
def page(status: Status = Status.PASSED) -> str:
    """The report of a run of that status: drawing it takes long."""
    return render(a_run(status=status))


@pytest.mark.parametrize("status", list(Status))
def test_the_verdict_stands_at_the_top(status: Status) -> None:
    assert f'<span class="badge {status.value}">' in page(status)
    assert headline(a_run(status=status)) in page(status)


def test_the_page_asks_the_network_for_nothing() -> None:
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!#|data:)""", page())
    assert "@import" not in page()
    assert "url(http" not in page()


def test_a_failure_shows_expected_observed_when_and_its_cases() -> None:
    for piece in ("one charge for each of 3,000 payments", "2,997 once, 3 twice", "first at 24.31 s", "pay-000812-7"):
        assert piece in page(Status.FAILED)


def test_what_a_vendor_or_a_target_said_is_escaped() -> None:
    assert "&lt;script&gt;" in page(Status.FAILED)
    assert "<script" not in page(Status.FAILED)


def test_no_text_of_a_run_is_taken_for_markup() -> None:
    run = a_run(status=Status.FAILED)
    tag = "<img src=x>"
    (found,) = run.verdict.expectations
    found = found.model_copy(update={"title": tag, "expected": tag, "observed": tag, "when": tag})
    words = {"about": tag, "target": tag, "command": tag, "notes": (tag,), "reasons": (tag,), "expectations": (found,)}
    hostile = run.model_copy(update={"scenario": tag, "verdict": run.verdict.model_copy(update=words)})
    written = render(hostile)
    assert tag not in written
    assert written.count("&lt;img src=x&gt;") >= 8


def test_backticks_become_code() -> None:
    assert "<code>ch_1</code>" in page(Status.FAILED)


def test_the_command_that_reproduces_the_run_is_there() -> None:
    assert "brownout run stripe-brownout --mode virtual --seed 7" in page()


def test_why_a_run_is_inconclusive_is_said() -> None:
    assert "the load generator fell 3.1 % behind" in page(Status.INCONCLUSIVE)


def test_a_reason_is_said_once() -> None:
    assert page(Status.INCONCLUSIVE).count("the load generator fell 3.1 % behind") == 1


def test_nothing_is_cut_off_on_paper() -> None:
    """What scrolls on a screen has no scroll bar when printed."""
    style = page().split("<style>")[1].split("</style>")[0]
    printed = "".join(part.split("\n}")[0] for part in style.split("@media print {")[1:])
    assert ".scroll { overflow: visible; }" in printed


def test_the_same_run_gives_the_same_page() -> None:
    assert render(a_run()) == page()


def test_a_report_is_drawn_into_its_folder_and_through_no_link(tmp_path: Path) -> None:
    folder = write(verdicts.a_run(tmp_path / "run"))
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    (folder / "report.html").symlink_to(mine)
    assert write_report(folder).read_text().startswith("<!doctype html>")
    assert mine.read_text() == "mine"
    assert not (folder / "report.html").is_symlink()
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
