"""A check that did not run is none that passed."""

from tests.conformance.running import Found, missing
from tests.conformance.suites import Suite

SUITE = Suite("till", "node", "1-3")


def found(*numbers: str) -> list[Found]:
    return [Found(number, "", "", 0.0) for number in numbers]


def test_what_the_table_has_and_the_program_has_not_is_told_and_the_other_way_round() -> None:
    assert missing(SUITE, found("1", "2", "3")) == []
    assert missing(SUITE, found("1", "3")) == ["check 2 did not run"]
    assert missing(SUITE, found("1", "2", "3", "4")) == ["check 4 is not in suites.py"]
    assert missing(SUITE, found("1", "2", "2", "3")) == ["check 2 ran twice"]
