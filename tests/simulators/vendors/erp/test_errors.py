"""Every code of the table: its status, its form, and that it can be asked for."""

import pytest

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.erp.errors import CODES
from brownout_simulators.vendors.erp.named_errors import NAMED_ERRORS
from tests.simulators.vendors.erp.bench import ErpBench


@pytest.mark.parametrize("name", sorted(NAMED_ERRORS))
def test_each_error_can_be_asked_for_and_leaves_nothing(name: str) -> None:
    bench = ErpBench()
    rule = {"id": "r", "vendor": "erp", "match": "POST *", "respond": {"error": name}}
    bench.simulator.schedule([rule_from_json(rule)])
    answer = bench.post("salesOrders", {"customerNumber": "10000"})
    assert answer.status == NAMED_ERRORS[name].status
    assert answer.json["error"]["code"] == name.removesuffix("_at_write")
    assert "CorrelationId:" in answer.json["error"]["message"]
    assert bench.effects() == []


def test_those_that_are_true_of_one_record_only_cannot() -> None:
    assert CODES.keys() - NAMED_ERRORS.keys() == {
        "Internal_EntityWithSameKeyExists", "Internal_RecordNotFound", "BadRequest_NotFound"
    }  # fmt: skip


@pytest.mark.parametrize(("status", "kind"), [(502, "text/html"), (504, "text/html"), (500, "json"), (503, "json")])
def test_the_gateway_speaks_html_and_the_erp_json(status: int, kind: str) -> None:
    bench = ErpBench()
    rule = {"id": "r", "vendor": "erp", "match": "GET *", "respond": {"status": status}}
    bench.simulator.schedule([rule_from_json(rule)])
    answer = bench.get("items")
    assert answer.status == status
    assert kind in answer.headers["content-type"]


def test_a_lock_and_a_throttle_are_told_in_the_erps_words() -> None:
    bench = ErpBench()
    for fault, status, code in (({"lock": {"wait_s": 1}}, 409, "Application_LockTimeout"),
                                ({"throttle": {"retry_after_s": 3}}, 429, "Application_TooManyRequests")):  # fmt: skip
        bench.simulator.schedule([rule_from_json({"id": "r", "vendor": "erp", **fault})])
        answer = bench.get("items")
        assert (answer.status, answer.json["error"]["code"]) == (status, code)
        assert int(answer.headers["retry-after"]) >= 1
