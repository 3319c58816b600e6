"""From what a copy said to the fate of its change."""

import json
from collections.abc import Sequence

import pytest

from brownout_harness.audit.systematic.changes import changes_of
from brownout_harness.audit.systematic.sources import SOURCES
from brownout_harness.audit.systematic.trial import Heard
from brownout_harness.audit.systematic.verdicts import Fate, Found, found, untried
from brownout_harness.problems import NotJudged

CORE = SOURCES["core"]
CHANGE = changes_of("brownout_core.policies.bulkhead", CORE.file("brownout_core.policies.bulkhead"))[0]
GOOD = {"a": "left", "b": "left"}

PASSED = Heard("a", "passed", "", "", "left")
DIFFERED = Heard("b", "passed", "", "", "something else")
FAILED = Heard("b", "failed", "exactly_once", "two of them", "")
BROKE_OFF = Heard("b", "none", "TypeError", "None has no length", "")
DOUBTED = Heard("a", "inconclusive", "", "too few", "left")


def fate(heard: Sequence[Heard], how: str = "") -> Found:
    return found(CHANGE, ["a", "b"], [json.dumps(each).encode() for each in heard], how, GOOD)


@pytest.mark.parametrize(
    ("heard", "how", "expected"),
    [
        ([PASSED, DIFFERED], "", (Fate.SURVIVED, "", "")),
        ([PASSED, FAILED], "", (Fate.KILLED, "b", "exactly_once")),
        ([PASSED, BROKE_OFF], "", (Fate.KILLED, "b", "TypeError")),
        ([PASSED], "time", (Fate.KILLED, "b", "time")),
        ([], "died", (Fate.KILLED, "a", "died")),
        ([DOUBTED, PASSED], "", (Fate.DOUBTED, "a", "")),
        ([DOUBTED, FAILED], "", (Fate.KILLED, "b", "exactly_once")),
    ],
)
def test_the_fate_of_a_change(heard: list[Heard], how: str, expected: tuple[Fate, str, str]) -> None:
    came_to = fate(heard, how)
    assert (came_to.fate, came_to.scenario, came_to.by) == expected


def test_a_survivor_says_which_runs_it_changed() -> None:
    assert fate([PASSED, DIFFERED]).differed == ("b",)


def test_who_was_ended_by_somebody_else_was_not_noticed() -> None:
    """The kernel, short of memory; a person. It would count as caught what nobody saw."""
    with pytest.raises(NotJudged, match="a run of b was ended by SIGKILL"):
        fate([PASSED], "SIGKILL")


def test_what_no_scenario_comes_to_is_told_as_that() -> None:
    assert untried(CHANGE, Fate.NOT_COVERED).fate is Fate.NOT_COVERED


def test_what_was_found_is_one_line_and_back() -> None:
    whole = fate([PASSED, DIFFERED])
    assert Found.from_line(whole.to_line()) == whole
    assert "\n" not in whole.to_line()
