"""What goes wrong, as records."""

import pytest

from brownout_scenarios.phases import Action, Redrive


@pytest.mark.parametrize(
    "parts", [{}, {"kill": "gateway", "redrive": Redrive()}, {"clock": "stripe", "stop": "gateway"}]
)
def test_an_action_is_exactly_one_thing(parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="exactly one of"):
        Action(**parts)  # type: ignore[arg-type]


@pytest.mark.parametrize("parts", [{"clock": "stripe"}, {"kill": "gateway", "ahead_s": 5.0}])
def test_a_clock_is_moved_by_something(parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="go together: write"):
        Action(**parts)  # type: ignore[arg-type]


def test_a_moved_clock_is_told_in_words() -> None:
    assert Action(clock="stripe", ahead_s=90_000.0).text == "move the clock of stripe 90000 s ahead"
