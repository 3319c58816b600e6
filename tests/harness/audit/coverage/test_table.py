"""The table says what runs have, and nothing else."""

from pathlib import Path

import pytest

from brownout_harness.audit.coverage.page import page
from brownout_harness.audit.coverage.policies import COLUMNS
from brownout_harness.audit.coverage.seen import Seen
from brownout_harness.audit.coverage.table import (
    ROWS,
    Coverage,
    Reason,
    cells_of,
    cover,
    look,
    read_reasons,
    rows_seen,
)
from brownout_harness.running.execute import run_virtually_for
from brownout_scenarios import library
from brownout_simulators.faults.kinds import FAULTS

PAGE = Path(__file__).parents[4] / "docs" / "coverage.md"
SPOKEN = {"respond", "throttle"}
"""Kinds whose rows are named by the answer."""
REASON = Reason(("drip",), ("fallback", "retry"), "because")

LOST = """\
name: lost
about: Answers are lost.
seed: 3
workload:
  arrivals: {rate: 10/s}
  operations: [{name: pay}]
phases:
  - {name: steady, for: 2s}
  - name: lost
    for: 4s
    faults: [FAULT]
expect:
  - exactly_once: {effect: stripe.charge}
"""


def run_with(folder: Path, fault: str) -> Seen:
    path = folder / "lost.yaml"
    path.write_text(LOST.replace("FAULT", fault))
    return Seen(*run_virtually_for(str(path)))


def test_each_kind_of_fault_has_a_row() -> None:
    named = {row.partition(".")[0] for row in ROWS}
    assert set(FAULTS) - SPOKEN <= named
    assert any(row.startswith("answer.") for row in ROWS)


def test_what_a_fault_strikes_is_in_the_cells_of_what_was_done_about_it(tmp_path: Path) -> None:
    seen = run_with(tmp_path, "{vendor: stripe, match: POST *, share: 50%, sequence: F, drop_after_effect: {}}")
    cells = cells_of(seen)
    assert {("drop_after_effect.reset", "retry"), ("drop_after_effect.reset", "vendor_key")} <= cells
    assert {row for row, _ in cells} == {"drop_after_effect.reset"}


def test_a_fault_that_strikes_nobody_is_in_no_cell(tmp_path: Path) -> None:
    seen = run_with(tmp_path, "{vendor: stripe, match: POST /v1/refunds, drop_after_effect: {}}")
    assert (cells_of(seen), rows_seen(seen)) == (frozenset(), frozenset())


def test_what_befell_others_is_not_told_of_the_struck(tmp_path: Path) -> None:
    """Texts are struck; the payments' retries are theirs alone."""
    seen = run_with(tmp_path, "{vendor: stripe, match: GET *, latency: {fixed: 1ms}}")
    assert not {cell for cell in cells_of(seen) if cell[1] == "retry"}


def test_a_run_without_faults_has_no_row_of_a_vendors() -> None:
    assert look("healthy") == ("healthy", frozenset(), frozenset())


def test_an_empty_cell_needs_a_reason_and_a_reason_an_empty_cell() -> None:
    full = {(row, column): ("healthy",) for row in ROWS for column in COLUMNS}
    bare = {cell: found for cell, found in full.items() if cell not in {("drip", "retry"), ("drip", "budget")}}
    assert Coverage(full, {}).unexplained(()) == []
    assert Coverage(full, {}).idle((REASON,)) == [REASON]
    assert Coverage(bare, {}).unexplained((REASON,)) == [("drip", "budget")]
    assert Coverage(bare, {}).idle((REASON,)) == []


def test_the_page_counts_names_and_explains() -> None:
    coverage = Coverage({("drip", "closed"): ("a", "b", "c", "d")}, {"drip": ("a", "b", "c", "d"), "hang": ("e",)})
    text = page(coverage, (REASON,))
    row = next(line for line in text.splitlines() if line.startswith("| an answer that comes drop by drop"))
    cells = dict(zip(COLUMNS, row.split(" | ")[1:], strict=True))
    assert (cells["closed"], cells["retry"], cells["budget"]) == ("4", "*a*", "?")
    assert "- **an answer that comes drop by drop**: closed (a, b, c, 1 more)" in text
    assert "- **no answer, and nothing done**: happens in e, and no policy had a part in it" in text
    assert "- **a**: because" in text


def test_the_page_has_no_cell_without_a_reason_and_names_scenarios_that_exist() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "| ? |" not in text
    cells, _, _ = text.partition("## Why cells are empty")
    told = [line.partition("**: ")[2] for line in cells.splitlines() if line.startswith("- **") and "(" in line]
    named = {name for line in told for part in line.split("(")[1:] for name in part.partition(")")[0].split(", ")}
    assert {name for name in named if not name.endswith("more")} <= set(library.names())
    assert all(reason.why in text for reason in read_reasons())


@pytest.mark.slow
def test_the_page_is_what_the_library_does() -> None:
    coverage, reasons = cover(library.names()), read_reasons()
    assert coverage.unexplained(reasons) == []
    assert coverage.idle(reasons) == []
    assert page(coverage, reasons) == PAGE.read_text(encoding="utf-8"), (
        "run: python -m brownout_harness.audit.coverage docs/coverage.md"
    )
