"""Damages to what an operator ordered: each is noticed, by whom it is meant for."""

import pytest

from brownout_harness.audit.corruption import desk
from brownout_harness.audit.corruption.trial import Trial, trials

ONLY = {each.name: each for each in desk.DAMAGES}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("scenario", "damages"),
    [
        ("operators-desk", set(ONLY) - {"asked-while-open-by-hand"}),
        ("breaker-by-hand", {"asked-while-open-by-hand", "health-told-otherwise"}),
    ],
)
def test_each_is_noticed_as_meant(scenario: str, damages: set[str]) -> None:
    tried: list[Trial] = list(trials(scenario, damages=ONLY))
    assert {each.damage for each in tried} == damages
    assert [each.damage for each in tried if not each.is_as_meant] == []
