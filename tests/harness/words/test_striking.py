"""Why a rule can strike nothing."""

from typing import Any

import pytest

from brownout_harness.words.striking import check_rule
from brownout_simulators.vendors import load_vendor

STRIPE = load_vendor("stripe")


@pytest.mark.parametrize(
    "rule",
    [
        {"hang": {}},
        {"throttle": {}},
        {"throttle": {"reason": "lock_timeout"}},
        {"sequence": "..F*", "hang": {}},
        {"webhooks": {"twice": True, "copies_apart_s": 1.0}},
        {"wrong_type": {"fields": ["error.code"]}},
        {"match": "POST /v1/refunds", "hang": {}},
    ],
)
def test_a_rule_that_can_strike_is_sound(rule: dict[str, Any]) -> None:
    assert check_rule(STRIPE, rule) == ""


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"throttle": {"reason": "lock_timout"}}, "throttle.reason: stripe has no limit 'lock_timout' (did you mean"),
        ({"sequence": "..", "hang": {}}, "sequence: strikes nothing without an F"),
        ({"sequence": "F F", "hang": {}}, "sequence: F (struck) and . (not)"),
        ({"webhooks": {}}, "webhooks: nothing happens to them: write late"),
        ({"webhooks": {"event": "charge.*", "copies_apart_s": 1.0}}, "webhooks: nothing happens to them"),
        ({"wrong_type": {"fields": [""]}}, "wrong_type.fields: has an empty name"),
        ({"match": "POST /v1/refund", "hang": {}}, "no route of stripe matches POST /v1/refund"),
    ],
)
def test_a_rule_that_never_will_is_told_with_its_key(rule: dict[str, Any], said: str) -> None:
    assert check_rule(STRIPE, rule).startswith(said)
