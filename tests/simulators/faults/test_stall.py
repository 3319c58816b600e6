"""Stall: it stands still, and goes on."""

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver


@pytest.mark.parametrize(
    ("at", "pauses"), [(0.1, [0, 9.5, 0.5]), (0.5, [0, 9.5, 0.5]), (0.7, [0, 0.5, 9.5]), (1, [0, 0.5, 9.5])]
)
def test_one_pause_is_longer_and_the_stream_is_whole(at: float, pauses: list[float]) -> None:
    till = Driver({"stall": {"for_s": 9.0, "at": at}})
    answer = till.send("GET", "/v1/stream")
    assert answer.stream is not None
    assert [pause_s for pause_s, _ in answer.stream] == pauses
    assert b"".join(chunk for _, chunk in answer.stream) == b"one two three"
    assert till.requests()[0]["finished_s"] == pytest.approx(110.0)


def test_an_answer_that_is_no_stream_is_left_alone_and_not_struck() -> None:
    till = Driver({"stall": {"for_s": 9.0}})
    assert till.send().stream is None
    assert till.struck("r0") == 0


@pytest.mark.parametrize("stall", [{}, {"for_s": 0}, {"for_s": 1, "at": 0}, {"for_s": 1, "at": 1.1}])
def test_a_stall_that_cannot_be_is_refused(stall: dict[str, float]) -> None:
    with pytest.raises(FaultError, match="stall"):
        rule_from_json({"id": "r", "vendor": "till", "stall": stall})
