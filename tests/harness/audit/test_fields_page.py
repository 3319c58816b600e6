"""The page of policies' fields."""

from fnmatch import fnmatchcase
from pathlib import Path

from brownout_harness.audit.fields import Change, Trial, changes
from brownout_harness.audit.fields_page import page, read_reasons, unexplained
from brownout_reports.run_folder import Status
from brownout_scenarios import library

PAGE = Path(__file__).parents[3] / "docs" / "policy-fields.md"

NO_BUDGET = Change("budget", "", "off")
RATIO = Change("breaker", "failure_ratio", "halved")
FOUND = {NO_BUDGET: Trial(NO_BUDGET, "stripe-brownout", Status.FAILED, ("amplification",)), RATIO: None}


def test_what_nobody_notices_needs_a_reason() -> None:
    assert unexplained(FOUND, {}) == [RATIO]
    assert unexplained(FOUND, {"breaker.* halved": "because"}) == []


def test_the_page_names_who_notices_and_why_nobody_does() -> None:
    text = page(FOUND, {"breaker.* halved": "because"})
    assert "| `budget` | - | - | stripe-brownout: amplification |" in text
    assert "| `breaker.failure_ratio` | *nobody* | - | - |" in text
    assert "- `breaker.failure_ratio halved`: because" in text


def test_each_reason_is_about_some_change() -> None:
    assert all(any(fnmatchcase(change.text, glob) for change in changes()) for glob in read_reasons())


def test_the_page_that_is_kept_has_each_field_and_names_scenarios_that_exist() -> None:
    """Whether it says what the library does takes minutes to find out: `fields_page.py` writes it anew."""
    text = PAGE.read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    fields = {(change.policy, change.field) for change in changes()}
    assert len(rows) == len(fields)
    cells = [cell.strip(" |") for _, *cells in rows for cell in cells]
    named = {cell.partition(":")[0] for cell in cells} - {"-", "*nobody*"}
    assert named <= set(library.names())
    assert all(why in text for why in read_reasons().values())
