"""The reference application's operations: how they are asked for and answered, and what they may be asked for."""

import json
import random
from typing import Any

import pytest

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.exchange import Reading
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.operations import classify
from brownout_harness.judging.leaves import Leaves
from brownout_reports.rows import Outcome
from brownout_simulators.vendors import VENDORS, load_vendor

PAY = GATEWAY_OPERATIONS["pay"]


def body(**answer: Any) -> bytes:
    return json.dumps(answer).encode()


def test_the_gateway_gets_the_operation_id_in_its_header() -> None:
    request = PAY.request(Arrival("pay-000001-abcdef", "pay", 0.0, {"amount": 5}))
    assert request.method == "POST"
    assert request.path == "/v1/pay"
    assert request.headers["X-Correlation-ID"] == "pay-000001-abcdef"
    assert json.loads(request.body) == {"amount": 5}


@pytest.mark.parametrize(
    ("status", "answer", "reading"),
    [
        (200, body(status="done", operation_id="x"), (Outcome.DONE, "")),
        (201, body(status="done"), (Outcome.DONE, "")),
        (200, b"<html>", (Outcome.UNKNOWN, "unreadable")),
        (200, body(status="accepted"), (Outcome.UNKNOWN, "unreadable")),
        (202, body(status="accepted", dead_letter_id="dl_1"), (Outcome.ACCEPTED, "dl_1")),
        (202, body(status="accepted", payment_intent="pi_1"), (Outcome.ACCEPTED, "", '{"payment_intent": "pi_1"}')),
        (202, body(status="done"), (Outcome.UNKNOWN, "")),
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


@pytest.mark.parametrize("name", GATEWAY_OPERATIONS)
def test_what_is_drawn_is_what_the_flow_takes(name: str) -> None:
    operation, rng = GATEWAY_OPERATIONS[name], random.Random(3)
    for number in range(200):
        operation_id = f"{name}-{number}"
        operation_id = f"{name}-{number}"
        drawn = operation.draw(rng, operation_id)
        taken = operation.flow.request.model_validate({**drawn, "operation_id": operation_id})
        assert drawn.keys() <= taken.model_dump().keys()


@pytest.mark.parametrize("name", GATEWAY_OPERATIONS)
def test_what_a_done_one_leaves_is_an_effect_that_a_vendor_has(name: str) -> None:
    effects = {effect for vendor in VENDORS for effect in load_vendor(vendor).effects}
    assert set(Leaves.of(GATEWAY_OPERATIONS[name].leaves).kinds) <= effects


@pytest.mark.parametrize(
    ("name", "params", "found"),
    [
        ("pay", {"amount": 1200}, []),
        ("pay", {"amount": 0}, [(("amount",), "input should be greater than or equal to 1, got 0")]),
        ("pay", {"amuont": 5}, [(("amuont",), "pay has no such parameter (did you mean amount?)")]),
        ("pay", {"operation_id": "mine"}, [(("operation_id",), "is the run's own; remove it")]),
        ("notify", {"to": "12"}, [(("to",), "string should match pattern '^\\+[1-9][0-9]{5,14}$', got '12'")]),
        (
            "place_order",
            {"lines": [{"sku": "a", "unit_price": 5}, {"sku": "", "unit_price": 5}]},
            [(("lines", 1, "sku"), "string should have at least 1 character, got ''")],
        ),
    ],
)
def test_parameters_that_the_flow_would_refuse_are_told_by_place(
    name: str, params: dict[str, Any], found: list[tuple[tuple[str | int, ...], str]]
) -> None:
    assert list(GATEWAY_OPERATIONS[name].problems(params)) == found
