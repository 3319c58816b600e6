"""How the load process reads answers: as virtual mode does, by the scenario's own sets where it has them."""

import json

import pytest

from brownout_harness.load.reading import Answer, reader_for, readings_of
from brownout_scenarios.phases import Phase
from brownout_scenarios.schema import Scenario
from brownout_scenarios.target import Target
from brownout_scenarios.workload import Arrivals, Operation, Places, Statuses, Workload


def answer(status: int, body: bytes = b"", error: str = "") -> Answer:
    return Answer(status, body, error, 0.0, 0.1)


def scenario(*operations: Operation) -> Scenario:
    return Scenario(
        name="shop",
        about="",
        target=Target(url="http://127.0.0.1:8080"),
        workload=Workload(arrivals=Arrivals(rate_per_s=1.0), operations=operations),
        phases=(Phase(name="steady", for_s=1.0),),
        expect=(),
    )


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (answer(201, b'{"status": "done"}'), "done"),
        (answer(202, b'{"status": "accepted", "dead_letter_id": "dl_1"}'), "accepted"),
        (answer(503, b'{"status": "refused"}'), "refused"),
        (answer(503, b"<html>"), "unknown"),
        (answer(0, error="timeout"), "unknown"),
    ],
)
def test_the_gateways_answers_are_read_by_status_and_body(given: Answer, outcome: str) -> None:
    assert reader_for({})("pay", given).outcome == outcome


def test_a_described_operation_is_read_by_the_scenarios_own_sets() -> None:
    buy = Operation(name="buy", path="/buy", done=Statuses(((209, 209),)), refused=Statuses(((500, 502),)))
    read = reader_for(readings_of(scenario(buy)))
    assert read("buy", answer(209)).outcome == "done"
    assert read("buy", answer(501)).outcome == "refused"
    assert read("buy", answer(200)).outcome == "unknown"


def test_what_an_answer_names_is_read_where_the_operation_says_so() -> None:
    buy = Operation(name="buy", path="/buy", answers={"payment.id": Places(["stripe.charge.id"])})
    read = reader_for(json.loads(json.dumps(readings_of(scenario(buy)))))
    assert read("buy", answer(200, b'{"payment": {"id": "ch_1", "card": "4242"}}')).answered == '{"payment.id": "ch_1"}'
    assert read("buy", answer(200, b"{}")).answered == ""
    assert read("pay", answer(201, b'{"status": "done", "amount": 5, "x": 1}')).answered == '{"amount": 5}'


def test_a_streams_end_is_looked_for_where_the_operation_says_how_it_ends() -> None:
    buy = Operation(name="buy", path="/buy", stream_end="[DONE]")
    read = reader_for(json.loads(json.dumps(readings_of(scenario(buy)))))
    assert read("buy", answer(200, b"data: 1\n\ndata: [DONE]\n\n")).outcome == "done"
    assert read("buy", answer(200, b"data: 1\n\n")).outcome == "unknown"


def test_the_gateways_own_operations_need_no_description() -> None:
    assert readings_of(scenario(Operation(name="pay"))) == {}
