"""How operations are asked for, and answers read."""

import json
from typing import Any

import pytest

from brownout_harness.asked.arrivals import Arrival, plan
from brownout_harness.asked.operations import (
    GATEWAY_OPERATIONS,
    DescribedOperation,
    Reading,
    check_templates,
    classify,
    fill,
    operations_of,
)
from brownout_harness.asked.parameters import DRAWS
from brownout_reports.run_folder import Outcome
from brownout_scenarios.load import load_text
from brownout_scenarios.schema import Carrier, Operation, Statuses
from tests.support.toy_vocabulary import SCENARIO, vocabulary

PAY = GATEWAY_OPERATIONS["pay"]
ARRIVAL = Arrival("checkout-000001-abcdef", "checkout", 1.0, {"amount": 1200, "name": "Ann/Bo", "currency": "usd"})


def described(**parts: Any) -> DescribedOperation:
    return DescribedOperation(Operation(name="checkout", path=parts.pop("path", "/checkout"), **parts))


def body(**answer: Any) -> bytes:
    return json.dumps(answer).encode()


def test_the_gateway_gets_the_operation_id_in_its_header() -> None:
    request = PAY.request(Arrival("pay-000001-abcdef", "pay", 0.0, {"amount": 5}))
    assert request.method == "POST"
    assert request.path == "/v1/pay"
    assert request.headers["X-Correlation-ID"] == "pay-000001-abcdef"
    assert json.loads(request.body) == {"amount": 5}


def test_every_operation_of_the_gateway_has_parameters() -> None:
    assert GATEWAY_OPERATIONS.keys() == DRAWS.keys()


@pytest.mark.parametrize(
    ("status", "answer", "reading"),
    [
        (200, body(status="done", operation_id="x"), (Outcome.DONE, "")),
        (201, body(status="done"), (Outcome.DONE, "")),
        (200, b"<html>", (Outcome.UNKNOWN, "unreadable")),
        (200, body(status="accepted"), (Outcome.UNKNOWN, "unreadable")),
        (202, body(status="accepted", dead_letter_id="dl_1"), (Outcome.ACCEPTED, "dl_1")),
        (400, body(status="refused", code="card_declined"), (Outcome.REFUSED, "card_declined")),
        (422, b"", (Outcome.REFUSED, "http_422")),
        (408, b"", (Outcome.UNKNOWN, "http_408")),
        (409, body(status="in_progress"), (Outcome.UNKNOWN, "in_progress")),
        (409, body(status="refused", code="idempotency_mismatch"), (Outcome.REFUSED, "idempotency_mismatch")),
        (503, body(status="refused", code="breaker_open"), (Outcome.REFUSED, "breaker_open")),
        (503, body(status="unknown", code="attempt_timeout"), (Outcome.UNKNOWN, "attempt_timeout")),
        (503, b"upstream connect error", (Outcome.UNKNOWN, "http_503")),
        (504, body(status="unknown"), (Outcome.UNKNOWN, "http_504")),
        (500, body(status="refused"), (Outcome.UNKNOWN, "http_500")),
        (302, b"", (Outcome.UNKNOWN, "http_302")),
        (None, b"", (Outcome.UNKNOWN, "timeout")),
        (0, b"", (Outcome.UNKNOWN, "timeout")),
    ],
)
def test_the_gateways_answers_are_read(status: int | None, answer: bytes, reading: tuple[Outcome, str]) -> None:
    assert classify(PAY, status, answer, error="timeout") == Reading(*reading)


def test_no_answer_is_unknown_and_never_refused() -> None:
    assert classify(PAY, None, b"") == Reading(Outcome.UNKNOWN, "no_answer")


def test_a_described_request_is_filled_in() -> None:
    operation = described(
        path="/orders/{{name}}?id={{operation_id}}",
        method="put",
        headers={"X-Amount": "{{amount}}"},
        body={"amount": "{{amount}}", "text": "{{amount}} {{currency}}", "lines": [{"for": "{{name}}"}]},
        operation_id=Carrier(header="X-Order"),
    )
    request = operation.request(ARRIVAL)
    assert (request.method, request.path) == ("PUT", "/orders/Ann%2FBo?id=checkout-000001-abcdef")
    assert request.headers == {
        "X-Amount": "1200",
        "X-Order": "checkout-000001-abcdef",
        "Content-Type": "application/json",
    }
    assert json.loads(request.body) == {"amount": 1200, "text": "1200 usd", "lines": [{"for": "Ann/Bo"}]}


def test_an_operation_id_may_travel_in_the_body() -> None:
    operation = described(body={"meta": {"a": 1}}, operation_id=Carrier(body="meta.order.id"))
    request = operation.request(ARRIVAL)
    assert json.loads(request.body) == {"meta": {"a": 1, "order": {"id": "checkout-000001-abcdef"}}}
    assert "X-Correlation-ID" not in request.headers


def test_a_body_may_be_a_form_or_nothing() -> None:
    form = described(form={"amount": "{{amount}}"}, operation_id=Carrier(body="order")).request(ARRIVAL)
    assert form.body == b"amount=1200&order=checkout-000001-abcdef"
    assert form.headers == {"Content-Type": "application/x-www-form-urlencoded"}
    assert described().request(ARRIVAL).body == b""


def test_a_described_answer_is_read_by_the_scenarios_sets() -> None:
    operation = described(
        done=Statuses(((200, 200),)), accepted=Statuses(((202, 202),)), refused=Statuses(((402, 402),))
    )
    readings = [classify(operation, status, body(error="no")).outcome for status in (200, 202, 402, 404, 500, 201)]
    assert readings == [
        Outcome.DONE,
        Outcome.ACCEPTED,
        Outcome.REFUSED,
        Outcome.UNKNOWN,
        Outcome.UNKNOWN,
        Outcome.UNKNOWN,
    ]
    assert classify(operation, 402, b'{"error": {"code": "card_declined"}}').detail == "card_declined"
    assert classify(operation, 500, b"[" * 100_000).detail == "http_500"


def test_an_unknown_template_is_named() -> None:
    with pytest.raises(ValueError, match=r"no value for \{\{amuont\}\}; known: amount, currency"):
        fill("{{amuont}}", {"amount": 1, "currency": "usd"})


def test_templates_are_checked_before_a_run() -> None:
    text = SCENARIO.replace("target: gateway", "target: http://127.0.0.1:8000").replace(
        "[{name: pay, weight: 3}, {name: notify}]",
        '[{name: pay, path: "/x/{{orderr}}", body: ["{{mine}}", "{{amount}}"], params: {mine: 1}}]',
    )
    text = text.replace("policies:\n  stripe: {breaker: {failure_ratio: 50%, open_for: 5s}}\n", "")
    scenario = load_text(text, vocabulary())
    assert check_templates(scenario) == ["operation pay: no value for {{orderr}}"]
    assert isinstance(operations_of(scenario)["pay"], DescribedOperation)


def test_the_workloads_operations_are_found_by_name() -> None:
    scenario = load_text(SCENARIO, vocabulary())
    operations = operations_of(scenario)
    assert list(operations) == ["pay", "notify"]
    assert all(operations[item.name].request(item).body for item in plan(scenario)[:20])
