"""What the audit writes down."""

from pathlib import Path

import orjson

from brownout_harness.audit.matrix import GOOD, Cell, Matrix
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.audit.steadiness import Steadiness
from brownout_harness.audit.written import JSON_FILE, MARKDOWN_FILE, write
from brownout_reports.run_folder import Status

NAMES = ("waits-without-jitter", "ignores-retry-after")


def _cell(mutant: str, status: Status, *failed: str) -> tuple[tuple[str, str], Cell]:
    cell = Cell(mutant=mutant, scenario="twilio-rate-limited", status=status, failed=failed, observed="seen")
    return (mutant, cell.scenario), cell


def _matrix(*, is_turned: bool = False) -> Matrix:
    cells = [
        _cell(GOOD, Status.PASSED),
        _cell("ignores-retry-after", Status.FAILED, "retry_after_respected"),
        _cell("waits-without-jitter", Status.INCONCLUSIVE),
    ]
    names = tuple(reversed(NAMES)) if is_turned else NAMES
    return Matrix(names, ("twilio-rate-limited",), dict(reversed(cells) if is_turned else cells))


def test_each_mutant_is_there_with_who_was_meant_to_catch_it_and_who_did(tmp_path: Path) -> None:
    steadiness = Steadiness((None, 101), {"ignores-retry-after": 2}, ())
    write(tmp_path / "new", _matrix(), MUTANTS, steadiness)
    found = orjson.loads((tmp_path / "new" / JSON_FILE).read_bytes())
    assert (found["schema"], found["survivors"], found["seeds"]) == (1, ["waits-without-jitter"], [None, 101])
    first, second = found["mutants"]
    assert (first["name"], first["part"], first["caught"]) == ("ignores-retry-after", "retry", "as meant")
    assert first["meant"] == {"scenario": "twilio-rate-limited", "expectation": "retry_after_respected"}
    assert first["by"][0]["expectations"] == ["retry_after_respected"]
    assert (first["caught_at_seeds"], second["caught_at_seeds"], second["caught"]) == (2, None, "not")


def test_people_get_a_table(tmp_path: Path) -> None:
    write(tmp_path, _matrix(), MUTANTS)
    page = (tmp_path / MARKDOWN_FILE).read_text()
    assert "| retry | ignores-retry-after | as meant | twilio-rate-limited: retry_after_respected | - |" in page
    assert "| retry | waits-without-jitter | not | - | - |" in page
    assert "1 of 2 are caught." in page


def test_the_order_in_which_runs_ended_changes_no_byte(tmp_path: Path) -> None:
    write(tmp_path / "one", _matrix(), MUTANTS)
    write(tmp_path / "other", _matrix(is_turned=True), MUTANTS)
    for file in (JSON_FILE, MARKDOWN_FILE):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()
