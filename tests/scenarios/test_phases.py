"""What goes wrong, as records."""

import pytest

from brownout_scenarios.phases import Action, Redrive


@pytest.mark.parametrize("parts", [{}, {"kill": "gateway", "redrive": Redrive()}])
def test_an_action_is_exactly_one_thing(parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="exactly one of"):
        Action(**parts)  # type: ignore[arg-type]
