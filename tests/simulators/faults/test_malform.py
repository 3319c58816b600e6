"""Malform: not to be read."""

import json

import pytest

from tests.simulators.driving import Driver


def test_a_malformed_body_is_no_json_but_well_framed() -> None:
    answer = Driver({"malform": {}}).send()
    with pytest.raises(ValueError, match=r".*"):
        json.loads(answer.body)
    assert (answer.content_length, answer.ending, answer.bad_chunk) == (None, "complete", False)


def test_a_malformed_chunk_breaks_the_framing() -> None:
    till = Driver({"malform": {"how": "chunk"}}, {"truncate": {}})
    assert till.send().bad_chunk
    assert till.struck("r1") == 0


def test_a_stream_is_left_to_break_stream() -> None:
    till = Driver({"malform": {}})
    till.send("GET", "/v1/stream")
    assert till.struck() == 0
