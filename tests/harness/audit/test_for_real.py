"""Known-bad parts in a real gateway, and what their runs come to."""

import pytest

from brownout_core.gateway.parts import load_parts
from brownout_harness.audit import for_real, smoke
from brownout_harness.audit.for_real import code_of, line_of, pairs_of, parts_of, run_real_cell
from brownout_harness.audit.matrix import GOOD, Cell
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.problems import FAILED, NOT_JUDGED, PASSED, BadInput, NotJudged
from brownout_reports.rows import EventRow
from brownout_reports.run_folder import Status
from brownout_reports.tables import Rows, Tables

SEEN = {"passed": Status.PASSED, "failed": Status.FAILED, "inconclusive": Status.INCONCLUSIVE}


def cell(mutant: str, status: str) -> Cell:
    return Cell(mutant=mutant, scenario="healthy", status=SEEN[status], failed=(), observed="")


@pytest.mark.parametrize("mutant", MUTANTS)
def test_every_part_is_found_by_its_name(mutant: str) -> None:
    assert load_parts(parts_of(mutant)).name == parts_of(mutant)


def test_the_good_core_comes_before_the_parts_of_its_scenario() -> None:
    pairs = pairs_of(smoke.parts())
    assert len(pairs) == len(smoke.parts()) + len({each.partition("/")[2] for each in smoke.parts()})
    assert pairs[:3] == [(GOOD, "healthy"), ("tells-foreign-ids", "healthy"), ("shares-an-answer", "healthy")]


@pytest.mark.parametrize("wanted", ["healthy", "no-such-part/healthy", "tells-foreign-ids/", "tells-foreign-ids/none"])
def test_what_is_no_part_on_a_scenario_is_refused(wanted: str) -> None:
    with pytest.raises(BadInput):
        pairs_of([wanted])


@pytest.mark.parametrize(
    ("good", "bad", "code"),
    [
        ("passed", "failed", PASSED),
        ("passed", "passed", FAILED),
        ("failed", "failed", FAILED),
        ("passed", "inconclusive", NOT_JUDGED),
        ("inconclusive", "failed", NOT_JUDGED),
        ("inconclusive", "passed", FAILED),
    ],
)
def test_only_what_went_red_is_caught_and_only_what_is_green_is_good(good: str, bad: str, code: int) -> None:
    assert code_of([cell(GOOD, good), cell("tells-foreign-ids", bad)]) == code


def test_a_line_says_which_core_ran_what() -> None:
    assert line_of(cell(GOOD, "passed")) == "the good core on healthy: passed"


@pytest.mark.parametrize("told", ["", "another:part"])
def test_a_part_that_did_not_go_in_was_not_tried(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    started = Rows.of(EventRow, [EventRow(at_s=0.0, kind="started", outcome=told)])
    monkeypatch.setattr(for_real, "run_real", lambda *_, **__: RunInputs(tables=Tables(started)))
    found = run_real_cell("tells-foreign-ids", "healthy")
    assert (found.status, found.failed) == (Status.INCONCLUSIVE, ())
    assert "and not with 'brownout_harness.audit.mutants.tells_foreign_ids:MUTANT.replacements'" in found.observed


def test_a_run_without_a_verdict_has_caught_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> RunInputs:
        raise NotJudged("the gateway did not start")

    monkeypatch.setattr(for_real, "run_real", fails)
    assert run_real_cell("tells-foreign-ids", "healthy").observed == "the gateway did not start"


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize(("mutant", "by"), [("tells-foreign-ids", "telemetry_true"), ("shares-an-answer", "as_asked")])
def test_a_part_is_caught_for_real(mutant: str, by: str) -> None:
    found = run_real_cell(mutant, "healthy")
    assert found.status is Status.FAILED, found
    assert by in found.failed
