"""What is sound of a file in which something is not."""

import pytest

from brownout_scenarios.salvage import Sound, common
from brownout_scenarios.yaml_tree import Path

DOCUMENT = {
    "name": "x",
    "phases": [
        {"name": "a", "for": 5, "faults": [{"vendor": "v"}, 7, {"vendor": "w"}]},
        {"name": "b", "for": "2s", "fautls": []},
    ],
    "expect": [],
}


def test_what_is_wrong_is_left_out_and_the_rest_keeps_its_places() -> None:
    sound = Sound(DOCUMENT)
    assert sound.cut(("phases", 0, "faults", 1), is_missing=False)
    data, places = sound.made(0)
    assert data["phases"][0]["faults"] == [{"vendor": "v"}, {"vendor": "w"}]
    assert places["phases", 0, "faults", 1] == ("phases", 0, "faults", 2)


def test_what_needs_the_missing_part_goes_with_it() -> None:
    sound = Sound(DOCUMENT)
    assert sound.cut(("phases", 0, "faults", 2, "hang"), is_missing=True)
    assert sound.gone == {("phases", 0, "faults", 2)}


def test_what_no_scenario_can_be_without_has_two_stand_ins() -> None:
    sound = Sound(DOCUMENT)
    assert sound.cut(("phases", 0, "for"), is_missing=False)
    assert [sound.made(world)[0]["phases"][0]["for"] for world in (0, 1)] == ["1us", "1h"]
    assert sound.cut(("workload",), is_missing=True)
    assert sound.made(0)[0]["workload"]["arrivals"] == {"rate": "1/s"}


def test_a_misspelt_key_stands_for_the_one_that_was_meant_unless_that_is_there() -> None:
    sound = Sound(DOCUMENT)
    assert sound.rename(("phases", 1, "fautls"), "faults") == ("phases", 1, "faults")
    assert sound.rename(("phases", 1, "fautls"), "faults") is None
    assert sound.rename(("phases", 1, "fautls"), "name") is None
    data, places = sound.made(0)
    assert data["phases"][1]["faults"] == []
    assert places["phases", 1, "faults"] == ("phases", 1, "fautls")


@pytest.mark.parametrize(
    ("hole", "finding", "expected"),
    [
        (("phases", 0, "for"), ("phases",), True),
        (("phases", 0, "for"), ("phases", 0, "for"), True),
        (("phases", 0, "for"), ("phases", 0, "faults", 0), False),
        (("phases", 0, "name"), ("expect", 0, "latency", "during"), True),
        (("phases", 0, "for"), ("expect", 0, "latency", "during"), False),
        (("workload", "operations", 0, "leaves", 1), ("expect", 0, "exactly_once", "effect"), True),
        (("phases", 0, "actions", 0), ("phases", 1, "actions", 0, "kill"), True),
        (("phases", 0), ("always", 0, "window"), True),
        (("phases", 0, "name"), ("always", 0, "window"), False),
        (("phases", 0, "faults", 0), ("expect", 0, "outcome", "struck_by"), True),
        (("always", 0), ("expect", 0, "outcome", "struck_by"), True),
        (("always", 0), ("expect", 0, "latency", "during"), False),
        (("policies", "preset"), ("policies", "stripe", "breaker"), True),
    ],
)
def test_what_may_come_from_a_hole_is_no_finding(hole: Path, finding: Path, expected: bool) -> None:
    sound = Sound(DOCUMENT, gone={hole})
    assert sound.is_about_a_hole(finding) is expected


def test_only_what_is_found_with_either_stand_in_is_told() -> None:
    assert common([[((), "a"), ((), "at most 1s")], [((), "at most 1h"), ((), "a")]]) == [((), "a")]
