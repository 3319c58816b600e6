"""Inject: a text between two chunks, and the stream goes on."""

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver


@pytest.mark.parametrize(("at", "place"), [(0, 0), (0.5, 1), (1, 3)])
def test_the_text_is_where_it_was_asked_for_and_the_stream_is_whole_around_it(at: float, place: int) -> None:
    answer = Driver({"inject": {"content": ": x\n\n", "at": at}}).send("GET", "/v1/stream")
    assert answer.stream is not None
    assert answer.stream[place] == (0.0, b": x\n\n")
    rest = [chunk for number, chunk in enumerate(answer.stream) if number != place]
    assert rest == [(0.0, b"one "), (0.5, b"two "), (0.5, b"three")]


def test_an_answer_that_is_no_stream_is_left_alone_and_not_struck() -> None:
    till = Driver({"inject": {"content": "x"}})
    assert till.send().stream is None
    assert till.struck("r0") == 0


@pytest.mark.parametrize("inject", [{}, {"content": ""}, {"content": "x" * 70_000}, {"content": "x", "at": 1.5}])
def test_an_injection_that_cannot_be_is_refused(inject: dict[str, object]) -> None:
    with pytest.raises(FaultError, match="inject"):
        rule_from_json({"id": "r", "vendor": "till", "inject": inject})
