"""Drip: slowly, but whole."""

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver


def test_the_body_comes_in_even_pieces_over_the_time_and_is_whole() -> None:
    plain = Driver().send()
    answer = Driver({"drip": {"over_s": 3.0, "pieces": 4}}).send()
    assert answer.stream is not None
    assert [delay_s for delay_s, _ in answer.stream] == [0.0, 1.0, 1.0, 1.0]
    assert b"".join(piece for _, piece in answer.stream) == plain.body
    assert answer.content_length == len(plain.body)


def test_a_stream_keeps_its_chunks_and_takes_that_long() -> None:
    answer = Driver({"drip": {"over_s": 8.0}}).send("GET", "/v1/stream")
    assert answer.stream == [(0.0, b"one "), (4.0, b"two "), (4.0, b"three")]


def test_the_books_count_the_time_that_the_body_takes() -> None:
    till = Driver({"drip": {"over_s": 3.0}})
    till.send()
    assert till.requests()[0]["finished_s"] == pytest.approx(103.0)


@pytest.mark.parametrize("drip", [{"over_s": 0}, {"over_s": 1, "pieces": 1}])
def test_a_drip_that_cannot_be_is_refused(drip: dict[str, float]) -> None:
    with pytest.raises(FaultError, match="drip"):
        rule_from_json({"id": "r", "vendor": "till", "drip": drip})


def test_a_drip_needs_to_know_how_long() -> None:
    with pytest.raises(FaultError, match="over_s"):
        rule_from_json({"id": "r", "vendor": "till", "drip": {}})
