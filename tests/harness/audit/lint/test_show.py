"""What is reported, and with which exit code."""

from pathlib import Path

import pytest
from rich.console import Console

from brownout_harness.audit.corruption.show import write
from brownout_harness.audit.corruption.trial import Trial
from brownout_harness.audit.lint import show
from brownout_harness.audit.lint.show import lint
from brownout_harness.judging.expectations.base import title_of
from brownout_harness.problems import FAILED, NOT_JUDGED, PASSED
from brownout_harness.running.orders import checked_scenario
from brownout_reports.run_folder import Status
from tests.support.commands import brownout_here

TITLES = [title_of(item.check) for item in checked_scenario("healthy", "virtual", None).expect]


def saved(folder: Path, *tripped: str) -> list[Path]:
    trial = Trial(
        scenario="healthy", seed=7, damage="d", status=Status.FAILED, noticed_by=(), demanded=(), tripped=tripped
    )
    write(folder, [trial])
    return [folder]


def linted(*folders: Path) -> tuple[int, str]:
    console = Console(width=160)
    with console.capture() as captured:
        code = lint(console, ["healthy"], folders, workers=1)
    return code, captured.get()


def test_where_each_expectation_was_tripped_nothing_is_reported(tmp_path: Path) -> None:
    code, text = linted(*saved(tmp_path, *TITLES))
    assert (code, text) == (PASSED, "0 idle expectations, 0 needless of 0 faults\n")


def test_an_expectation_that_nothing_trips_is_reported(tmp_path: Path) -> None:
    code, text = linted(*saved(tmp_path, *TITLES[1:]))
    assert code == FAILED
    assert f"healthy: nothing trips {TITLES[0]}" in text


def test_a_run_that_could_not_be_damaged_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show, "tried", lambda *_: ([], "healthy does not pass undamaged"))
    monkeypatch.setattr(show, "untripped", lambda *_: [])
    assert linted() == (NOT_JUDGED, "? healthy does not pass undamaged\n0 idle expectations, 0 needless of 0 faults\n")


def test_what_lint_alone_takes_is_refused_without_it(tmp_path: Path) -> None:
    assert (
        "go with `brownout scenarios lint`" in brownout_here("scenarios", "healthy", "metastable", cwd=tmp_path).error
    )
    assert "holds no audit" in brownout_here("scenarios", "lint", "--from", ".", cwd=tmp_path).error
    assert brownout_here("scenarios", "lint", "no-such", cwd=tmp_path).exit_code == 2
