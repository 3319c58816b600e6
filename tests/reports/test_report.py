"""The report: self-contained, escaped, and it says what the verdict says."""

import re
from functools import cache
from pathlib import Path

import pytest

from brownout_reports.report import _rows, headline, render, write_report
from brownout_reports.run_folder import Mark, Status, write
from tests.reports.runs import a_run
from tests.support import verdicts


@cache
def page(status: Status = Status.PASSED) -> str:
    """The report of a run of that status: drawing it takes long."""
    return render(a_run(status=status))


@pytest.mark.parametrize(
    "status", [Status.FAILED, *(pytest.param(each, marks=pytest.mark.thorough) for each in Status if each != "failed")]
)
def test_the_verdict_stands_at_the_top(status: Status) -> None:
    assert f'<span class="badge {status.value}">' in page(status)
    assert headline(a_run(status=status)) in page(status)


@pytest.mark.thorough
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


@pytest.mark.thorough
def test_no_text_of_a_run_is_taken_for_markup() -> None:
    run = a_run(status=Status.FAILED)
    tag = "<img src=x>"
    (found,) = run.verdict.expectations
    found = found.model_copy(update={"title": tag, "expected": tag, "observed": tag, "when": tag})
    words = {
        "about": tag,
        "follows": tag,
        "tags": (tag,),
        "target": tag,
        "command": tag,
        "notes": (tag,),
        "reasons": (tag,),
        "expectations": (found,),
    }
    hostile = run.model_copy(update={"scenario": tag, "verdict": run.verdict.model_copy(update=words)})
    written = render(hostile)
    assert tag not in written
    assert written.count("&lt;img src=x&gt;") >= 10


@pytest.mark.thorough
def test_what_does_not_hold_comes_first_then_the_figure_then_what_holds_folded() -> None:
    run = a_run(status=Status.FAILED)
    (failed,) = run.verdict.expectations
    unclear = failed.model_copy(update={"title": "unclear one", "status": Status.INCONCLUSIVE})
    held = failed.model_copy(update={"title": "held one", "status": Status.PASSED, "cases": ()})
    verdict = run.verdict.model_copy(update={"expectations": (held, unclear, failed)})
    written = render(run.model_copy(update={"verdict": verdict}))
    places = [written.index(piece) for piece in (
        "What does not hold", "exactly_once: effect <code>stripe.charge</code>", "unclear one",
        "What happened, on one clock", '<svg class="wide"', "The operations that show it", '<svg class="sequence-wide"',
        '<details class="held">', "held one", "</details>\n\n<section>",
        "What was done to the target", "Faults, and how often they struck", "Vendors, from their own books",
        "Operations, as the caller saw them", "How operations ended", "What the vendors answered",
        "What the target's policies did",
        "What the breakers did, and why", "Dead letters, as they were at the end", "The effective policies",
        "Good to know", "The scenario, as it was run",
    )]  # fmt: skip
    assert places == sorted(places)


def test_where_everything_holds_nothing_is_said_not_to() -> None:
    assert "What does not hold" not in page()
    assert "1 of 1 expectations hold" in page()


def test_what_was_observed_stands_before_what_was_demanded() -> None:
    written = page(Status.FAILED)
    assert written.index("2,997 once, 3 twice") < written.index("one charge for each of 3,000 payments")


def test_every_action_death_gap_and_fault_is_named_with_its_instant() -> None:
    table = page().split("What was done to the target")[1]
    pieces = ["evidence was lost", "kill gateway", "41.00 s", "gateway ended unasked", "42.50 s", "nobody asked for it"]
    pieces += ["stripe stood still", "70.00 s to 72.00 s", "the harness fell short", "brownout.1", "brownout.2"]
    assert [piece for piece in pieces if piece not in table] == []


@pytest.mark.thorough
def test_nothing_of_a_large_run_is_left_out_of_the_tables_of_what_was_done() -> None:
    run = a_run(rate_per_s=1)
    marks = tuple(Mark(kind="action", text=f"kill gateway.{n:03d}", at_s=n / 5) for n in range(400))
    written = render(run.model_copy(update={"verdict": run.verdict.model_copy(update={"marks": marks})}))
    assert all(f">kill gateway.{n:03d}<" in written for n in range(400))


def test_the_effective_policies_are_there_and_what_is_off_is_said_to_be() -> None:
    policies = page().split("The effective policies")[1]
    assert "<code>failure_ratio</code> 0.5" in policies
    assert re.search(r'limiter</td><td class="wrap">off<', policies)


def test_why_a_breaker_moved_is_said() -> None:
    assert "failure ratio reached" in page().split("What the breakers did, and why")[1]


@pytest.mark.thorough
def test_what_nobody_knows_is_not_as_calm_as_nothing() -> None:
    run = a_run()
    (whole,) = run.verdict.phase_metrics
    lost = whole.model_copy(update={"unknown": 3})
    verdict = run.verdict.model_copy(update={"phase_metrics": (lost,)})
    assert '<div class="fact hot"><b>3</b><span>left unknown' in render(run.model_copy(update={"verdict": verdict}))
    assert 'class="fact hot"' not in page()


def test_a_telephone_gets_a_figure_of_its_own_width() -> None:
    assert page().count('<svg class="wide"') == 1
    assert page().count('<svg class="narrow"') == 1
    style = page().split("<style>")[1].split("</style>")[0]
    base, phone = style.split("@media screen and (max-width: 640px)")
    assert "svg.narrow { display: none; }" in base
    assert "svg.narrow { display: block; }" in phone


def test_each_operation_that_is_named_has_its_picture_and_a_link_to_it() -> None:
    written = page(Status.FAILED)
    assert '<a href="#sequence-1"><code>pay-000812-7</code></a>' in written
    shown = written.split("The operations that show it")[1]
    figure = shown.index('<figure id="sequence-1">')
    assert (
        shown.index("<code>pay-000812-7</code>&ensp;charged twice") < figure < shown.index('<svg class="sequence-wide"')
    )
    assert written.count('<details class="one" open>') == 1


def test_where_everything_holds_a_few_operations_are_drawn_and_none_is_said_to_be_wrong() -> None:
    assert "A few operations, from beginning to end" in page()
    assert "The operations that show it" not in page()
    assert page().count('<svg class="sequence-narrow"') == 3


def test_a_telephone_has_the_narrow_pictures_and_paper_the_wide_ones() -> None:
    style = page().split("<style>")[1].split("</style>")[0]
    base, phone = style.split("@media screen and (max-width: 760px)")
    assert "svg.sequence-narrow { display: none;" in base
    assert "svg.sequence-wide { display: none; }" in phone
    assert "svg.sequence-narrow { display: block; }" in phone


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


@pytest.mark.thorough
def test_the_same_run_gives_the_same_page() -> None:
    assert render(a_run()) == page()


@pytest.mark.thorough
def test_a_report_is_drawn_into_its_folder_and_through_no_link(tmp_path: Path) -> None:
    folder = write(verdicts.a_run(tmp_path / "run"))
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    (folder / "report.html").symlink_to(mine)
    assert write_report(folder).read_text().startswith("<!doctype html>")
    assert mine.read_text() == "mine"
    assert not (folder / "report.html").is_symlink()
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(("others", "shown"), [([], ["pay"]), (["notify"], ["all", "notify", "pay"])])
def test_all_operations_together_are_told_where_there_are_several(others: list[str], shown: list[str]) -> None:
    row = a_run().verdict.phase_metrics[0]
    rows = [row.model_copy(update={"operation": name}) for name in ["all", *others, "pay"]]
    of_group = [each.model_copy(update={"group": "shoppers"}) for each in rows if each.operation != "notify"]
    told = _rows([*rows, *of_group])
    assert [each.operation for each in told if not each.group] == shown
    assert [each.operation for each in told if each.group] == ["pay"]
