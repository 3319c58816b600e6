"""What a scenario is found by."""

import pytest

from brownout_harness.running.orders import checked_scenario
from brownout_harness.words.tags import check_known, known_tags, tags_of


def test_a_scenario_has_the_tags_that_it_says_and_its_vendors() -> None:
    assert tags_of(checked_scenario("vault-sealed", "virtual", None)) == ("down", "vault")


def test_a_vendor_that_only_an_operation_asks_is_a_tag_too() -> None:
    scenario = checked_scenario("stripe-brownout", "virtual", None)
    assert {"stripe", "twilio"} <= set(tags_of(scenario)) <= set(known_tags())


def test_an_unknown_tag_suggests_the_nearest() -> None:
    check_known(("money", "incident", "stripe"))
    with pytest.raises(ValueError, match=r"no tag named 'strpie' \(did you mean stripe\?\)"):
        check_known(("strpie",))
