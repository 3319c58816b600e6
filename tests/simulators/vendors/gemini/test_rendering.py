"""Streams on the wire, and errors in the middle of them."""

import json

import pytest

from tests.simulators.vendors.gemini.bench import GeminiBench, frames_of

LONG = "All work and no play makes a dull simulator. " * 20


def test_an_error_in_the_middle_is_the_last_frame_of_either_form() -> None:
    bench = GeminiBench({"say": LONG})
    whole = frames_of(bench.stream("Go on."))
    bench.rule(end_stream={"keep": 0.5, "error": "unavailable"})
    *frames, error = frames_of(bench.stream("Go on."))
    assert len(frames) == len(whole) // 2
    assert (error["error"]["code"], error["error"]["status"]) == (503, "UNAVAILABLE")
    assert all("finishReason" not in frame["candidates"][0] for frame in frames)
    *members, last = bench.stream("Go on.", alt="").json
    assert (len(members), last) == (len(frames), error)
    bench.rule(end_stream={"keep": 0, "error": "unavailable"})
    assert [each["error"]["code"] for each in bench.stream("Go on.", alt="").json] == [503]
    # What was generated is spent, whatever became of the answer.
    assert len(bench.effects()) == 4
    assert {json.loads(row["fields"] or "{}").get("finish", "STOP") for row in bench.effects()} == {"STOP"}


@pytest.mark.parametrize("fault", [{"end_stream": {}}, {"end_stream": {"mid_chunk": True}}])
def test_a_stream_that_is_over_early_has_no_finish_reason(fault: dict[str, object]) -> None:
    bench = GeminiBench({"say": LONG})
    bench.rule(**fault)
    body = bench.stream("Go on.").body
    assert b'"text"' in body
    assert b"finishReason" not in body


def test_a_foreign_line_stands_between_frames() -> None:
    bench = GeminiBench({"say": LONG})
    bench.rule(inject={"content": ": keepalive\n\n"})
    assert b"\r\n\r\n: keepalive\n\ndata: " in bench.stream("Go on.").body
