"""Break stream: it stops in the middle."""

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver


@pytest.mark.parametrize(("keep", "chunks"), [(0.0, 0), (0.4, 1), (0.7, 2), (0.99, 2)])
def test_a_stream_stops_after_its_share_of_chunks(keep: float, chunks: int) -> None:
    answer = Driver({"break_stream": {"keep": keep, "ending": "close"}}).send("GET", "/v1/stream")
    assert answer.stream is not None
    assert (len(answer.stream), answer.ending) == (chunks, "close")


def test_a_plain_answer_goes_out_in_a_chunk_that_is_not_the_last() -> None:
    plain = Driver().send()
    answer = Driver({"break_stream": {}}).send()
    assert answer.stream == [(0.0, plain.body[: len(plain.body) // 2])]
    assert (answer.content_length, answer.ending) == (None, "reset")


def test_the_first_fault_on_the_wire_wins() -> None:
    till = Driver({"drip": {"over_s": 1}}, {"break_stream": {}}, {"truncate": {}})
    assert till.send().ending == "complete"
    assert [till.struck(f"r{n}") for n in range(3)] == [1, 0, 0]


def test_a_break_that_cannot_be_is_refused() -> None:
    with pytest.raises(FaultError, match="keep"):
        rule_from_json({"id": "r", "vendor": "till", "break_stream": {"keep": -0.1}})
