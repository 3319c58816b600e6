"""Limits, the queue of the environment, and how long it has patience with a request."""

import pytest

from brownout_simulators.faults import rule_from_json
from tests.simulators.vendors.erp.bench import ErpBench


def test_above_the_rate_somebody_is_told_when_to_come_back() -> None:
    bench = ErpBench()
    bench.simulator.schedule([], limits={"rate": {"burst": 2, "rate_per_s": 0.5}})
    statuses = [bench.get("items").status for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = bench.get("items")
    assert refused.json["error"]["code"] == "Application_TooManyRequests"
    bench.pass_time(float(refused.headers["retry-after"]))
    assert bench.get("items").status == 200


def test_a_request_that_takes_too_long_is_given_up_with_nothing_done() -> None:
    bench = ErpBench()
    rule = {"id": "r", "vendor": "erp", "match": "POST *", "latency": {"fixed_s": 30}}
    bench.simulator.schedule([rule_from_json(rule)])
    before_s = bench.now_s
    refused = bench.post("salesOrders", {"customerNumber": "10000"})
    assert (refused.status, refused.json["error"]["code"]) == (408, "Internal_RequestTimeout")
    assert bench.now_s - before_s == pytest.approx(8.0)
    assert bench.effects() == []


def test_every_answer_has_its_requests_id() -> None:
    bench = ErpBench()
    answer = bench.get("items", x_correlation_id="op-1")
    assert answer.headers["request-id"]
    assert answer.headers["x-correlation-id"] == "op-1"
