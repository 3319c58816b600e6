"""Fail after the effect: done, and denied."""

from dataclasses import replace
from typing import Any

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver, body_of
from tests.simulators.toy import TILL


def test_the_vendors_own_failure_is_committed_and_remembered() -> None:
    assert TILL.idempotency is not None
    vendor = replace(TILL, idempotency=replace(TILL.idempotency, saved=lambda _reply: True))
    till = Driver({"fail_after_effect": {"status": 500}}, vendor=vendor)
    assert body_of(till.send(key="k")) == {"error": "server_error"}
    assert len(till.effects()) == 1
    till.simulator.plan.remove()
    again = till.send(key="k")
    assert (again.status, again.headers["replayed"]) == (500, "true")
    assert len(till.effects()) == 1


def test_a_failure_in_front_of_the_vendor_leaves_the_true_answer_under_the_key() -> None:
    till = Driver({"fail_after_effect": {"status": 504, "body": "html", "remembered": False}})
    answer = till.send(key="k")
    assert answer.status == 504
    assert b"<html>" in answer.body
    assert "till-request" not in answer.headers
    till.simulator.plan.remove()
    again = till.send(key="k")
    assert (again.status, again.headers["replayed"]) == (200, "true")
    assert len(till.effects()) == 1


def test_webhooks_of_a_failed_answer_still_go_out() -> None:
    till = Driver({"fail_after_effect": {}, "match": "/v1/charges"})
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/"})
    till.send()
    assert len(till.simulator.run_due(till.clock())) == 1


def test_nothing_fails_after_an_effect_that_was_not() -> None:
    till = Driver({"respond": {"status": 503}}, {"fail_after_effect": {}})
    assert till.send().status == 503
    assert till.struck("r1") == 0


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"status": 400}, "500, 502, 503, 504"),
        ({"status": 204, "body": "json", "remembered": False}, "200 to 599"),
        ({"body": "html"}, "cannot be remembered"),
    ],
)
def test_a_failure_that_cannot_be_is_refused(fault: dict[str, Any], why: str) -> None:
    with pytest.raises(FaultError, match=why):
        rule_from_json({"id": "r", "vendor": "till", "fail_after_effect": fault})


def test_exactly_one_distribution_says_when_it_commits() -> None:
    fault = {"commits_in": {"fixed_s": 1.0, "uniform": {"low_s": 1.0, "high_s": 2.0}}}
    with pytest.raises(FaultError, match="exactly one of fixed, uniform, lognormal"):
        rule_from_json({"id": "r", "vendor": "till", "fail_after_effect": fault})
