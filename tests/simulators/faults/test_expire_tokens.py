"""Expire tokens: old ones stop working, new ones work."""

from dataclasses import replace

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver, body_of
from tests.simulators.toy import TILL


def test_tokens_used_before_the_rule_came_into_force_expire_and_new_ones_work() -> None:
    till = Driver({"expire_tokens": {}, "window": {"start_s": 10, "end_s": 100}})
    assert till.send(account="old").status == 200
    till.clock.now_s = 110.0
    assert body_of(till.send(account="old")) == {"error": "token_expired"}
    assert till.send(account="new").status == 200
    till.clock.now_s = 150.0
    assert till.send(account="new").status == 200
    assert till.send(account="old").status == 401


def test_with_a_lifetime_new_tokens_expire_too() -> None:
    till = Driver({"expire_tokens": {"valid_for_s": 5.0}})
    assert till.send().status == 200
    till.clock.now_s += 4.9
    assert till.send().status == 200
    till.clock.now_s += 0.1
    assert till.send().status == 401


def test_what_gives_out_tokens_and_what_asks_for_none_go_on() -> None:
    till = Driver({"expire_tokens": {"valid_for_s": 1.0}})
    till.send()
    till.clock.now_s += 2.0
    assert till.send("POST", "/v1/token").status == 200
    assert till.send("GET", "/health").status == 200
    assert till.send().status == 401


def test_a_credential_that_never_expires_goes_on() -> None:
    lasting = replace(TILL, never_expires=lambda call: call.headers.get("authorization") == "Bearer till_test_key")
    till = Driver({"expire_tokens": {"valid_for_s": 1.0}}, vendor=lasting)
    for account in ("key", "token"):
        till.send(account=account)
    till.clock.now_s += 2.0
    assert [till.send(account=account).status for account in ("key", "token")] == [200, 401]
    assert till.struck("r0") == 1


def test_a_lifetime_that_cannot_be_is_refused() -> None:
    with pytest.raises(FaultError, match="valid_for_s"):
        rule_from_json({"id": "r", "vendor": "till", "expire_tokens": {"valid_for_s": 0}})
