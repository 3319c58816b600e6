"""Defects of the simulator itself."""

import pytest

from brownout_simulators.problems import LIMIT, Problems


def test_a_defect_is_kept_in_one_line_and_logged_whole(caplog: pytest.LogCaptureFixture) -> None:
    problems = Problems("till")
    problems.tell("POST /x", KeyError("a"))
    assert problems.kept == ["POST /x: KeyError: 'a'"]
    assert caplog.records[0].exc_info is not None


def test_only_the_first_ones_are_kept() -> None:
    problems = Problems("till")
    for number in range(LIMIT + 20):
        problems.keep(str(number))
    assert problems.kept == [str(number) for number in range(LIMIT)]
