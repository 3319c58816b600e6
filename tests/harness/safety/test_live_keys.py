"""Live credentials are refused and never repeated."""

import pytest

from brownout_harness.problems import BadInput
from brownout_harness.safety.live_keys import refuse_live_keys

LIVE = "sk_" + "live_" + "51Habcdefghijk"


def test_a_live_key_in_the_environment_is_refused_by_its_variables_name() -> None:
    with pytest.raises(BadInput) as refused:
        refuse_live_keys({"PATH": "/bin", "STRIPE_API_KEY": LIVE})
    assert "STRIPE_API_KEY holds a live key" in str(refused.value)
    assert LIVE not in str(refused.value)


def test_a_live_key_in_an_option_is_refused() -> None:
    with pytest.raises(BadInput, match="an argument holds a live key"):
        refuse_live_keys({}, ["stripe-brownout", f"redis://:{LIVE}@127.0.0.1"])


def test_nothing_live_is_nothing_to_say() -> None:
    refuse_live_keys({"STRIPE_API_KEY": "sk_test_123"}, ["healthy"])
