"""What can be set up, and what cannot."""

from typing import Any

import pytest

from brownout_simulators.vendors.openai.setting_up import PACES, SETUP, read


def test_all_of_it_at_once() -> None:
    setup = read({"answers": [{"echo": True}], "pace": "gpt-4o-mini/2026", "models": {"mine": {"window": 10}}})
    assert setup.answering.pace == PACES["gpt-4o-mini/2026"]
    assert setup.models["mine"].window == 10
    assert set(SETUP.about) == {"answers", "pace", "record", "models"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"models": []}, "models: a mapping"),
        ({"models": {"a": 7}}, "models.a: true, or a mapping"),
        ({"models": {"a": {"size": 1}}}, "models.a: true, or a mapping"),
        ({"models": {"a": {"window": 0}}}, "models.a.window: a whole number"),
        ({"models": {"a": {"window": 1.5}}}, "models.a.window: a whole number"),
        ({"models": {"a": {"prompt_price": "x"}}}, "models.a.prompt_price: a number"),
        ({"answers": [{"block": "SAFETY"}]}, r"answers\[0\].block: one of content_filter"),
        ({"answers": [{"say": "x", "finish": "MAX_TOKENS"}]}, r"answers\[0\].finish: one of length, stop"),
        ({"pace": "gpt-4o-mini"}, "pace: no profile gpt-4o-mini; did you mean gpt-4o-mini/2026"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        read(given)
