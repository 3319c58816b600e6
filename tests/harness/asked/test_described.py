"""Operations of somebody else's application: templates, and sets of statuses."""

import json
from typing import Any

import pytest

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.described import DescribedOperation, check_templates, fill
from brownout_harness.asked.operations import classify
from brownout_harness.asked.parameters import COMMON
from brownout_reports.rows import Outcome
from brownout_scenarios.load import load_text
from brownout_scenarios.workload import Carrier, Operation, Places, Statuses
from tests.support.toy_vocabulary import described_scenario, vocabulary

ARRIVAL = Arrival("checkout-000001-abcdef", "checkout", 1.0, {"amount": 1200, "name": "Ann/Bo", "currency": "usd"})


def described(**parts: Any) -> DescribedOperation:
    return DescribedOperation(Operation(name="checkout", path=parts.pop("path", "/checkout"), **parts))


def body(**answer: Any) -> bytes:
    return json.dumps(answer).encode()


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
    text = described_scenario('path: "/x/{{orderr}}", body: ["{{mine}}", "{{amount}}"], params: {mine: 1}')
    scenario = load_text(text, vocabulary())
    assert list(check_templates(scenario)) == [
        (("workload", "operations", 0), f"no value for {{{{orderr}}}} (known: {', '.join(sorted([*COMMON, 'mine']))})")
    ]


TOLD = b'data: {"text": "Hel"}\n\ndata: {"order": {"id": "o-1"}}\n\n'


@pytest.mark.parametrize(
    ("status", "answer", "outcome"),
    [
        (200, TOLD + b"data: [DONE]\n\n", Outcome.DONE),
        (200, TOLD + b"event: [DONE]\ndata: {}\n\n", Outcome.DONE),
        (200, TOLD, Outcome.UNKNOWN),
        (200, TOLD + b"data: [DONE]\n", Outcome.UNKNOWN),
        (200, TOLD + b"data: [DONE]\n\ndata: more\n\n", Outcome.UNKNOWN),
        (200, b'{"order": {"id": "o-1"}}', Outcome.UNKNOWN),
        (200, b"", Outcome.UNKNOWN),
        (402, b'{"code": "card_declined"}', Outcome.REFUSED),
        (500, b"", Outcome.UNKNOWN),
    ],
    ids=range(9),
)
def test_a_stream_is_done_only_with_its_end(status: int, answer: bytes, outcome: Outcome) -> None:
    """A status is sent before anything was made."""
    operation = described(stream_end="[DONE]", answers={"order.id": Places(["sales.order.id"])})
    reading = classify(operation, status, answer)
    assert reading.outcome is outcome
    assert reading.answered == ('{"order.id": "o-1"}' if outcome is Outcome.DONE else "")
    assert operation.request(ARRIVAL).is_streamed
    assert not described().request(ARRIVAL).is_streamed
