"""How a command ends."""

import pytest

from brownout_harness.problems import BAD_INPUT, FAILED, NOT_JUDGED, PASSED, BadInput, NotJudged, worst


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([], PASSED),
        ([PASSED, PASSED], PASSED),
        ([PASSED, NOT_JUDGED], NOT_JUDGED),
        ([NOT_JUDGED, FAILED, PASSED], FAILED),
        ([FAILED, BAD_INPUT], BAD_INPUT),
    ],
)
def test_several_runs_end_as_the_worst_of_them(codes: list[int], expected: int) -> None:
    assert worst(codes) == expected


def test_each_problem_knows_its_exit_code() -> None:
    assert BadInput("x").exit_code == BAD_INPUT
    assert NotJudged("x").exit_code == NOT_JUDGED
