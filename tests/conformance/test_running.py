"""A check that did not run is none that passed."""

from pathlib import Path

import pytest

from tests.conformance import running
from tests.conformance.running import Absent, Found, missing
from tests.conformance.suites import HERE, SUITES, Suite

SUITE = Suite("till", "node", "1-3")


def found(*numbers: str) -> list[Found]:
    return [Found(number, "", "", 0.0) for number in numbers]


def test_what_the_table_has_and_the_program_has_not_is_told_and_the_other_way_round() -> None:
    assert missing(SUITE, found("1", "2", "3")) == []
    assert missing(SUITE, found("1", "3")) == ["check 2 did not run"]
    assert missing(SUITE, found("1", "2", "3", "4")) == ["check 4 is not in suites.py"]
    assert missing(SUITE, found("1", "2", "2", "3")) == ["check 2 ran twice"]


def test_an_older_release_that_is_not_there_is_told_and_never_the_newer_one_in_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(running, "OLDER", tmp_path / "nothing")
    with pytest.raises(Absent, match="no older SDKs"):
        running._over_the_sdks(Suite("till", "python", "1", older="1.0"))
    assert running._over_the_sdks(SUITE) == {}


def test_each_older_release_in_the_table_is_pinned() -> None:
    pinned = {line.partition("==")[2] for line in (HERE / "requirements-older.txt").read_text().splitlines()} - {""}
    assert {suite.older for suite in SUITES} - {""} == pinned
