"""The page of policies' fields."""

from fnmatch import fnmatchcase

from brownout_harness.audit.fields import Change, Trial, changes
from brownout_harness.audit.fields_page import page, read_reasons, unexplained
from brownout_reports.run_folder import Status

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
