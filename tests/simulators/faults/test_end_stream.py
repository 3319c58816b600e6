"""End stream: it is over early, and nothing on the wire says so."""

from dataclasses import replace
from typing import Any

import pytest

from brownout_simulators.call import Reply
from brownout_simulators.faults import FaultError, rule_from_json
from brownout_simulators.faults.aim import require_fit
from brownout_simulators.vendor import NamedError
from tests.simulators.driving import Driver
from tests.simulators.toy import TILL

BUSY = NamedError(503, "busy", lambda _call: Reply(503, b"busy"))
SAYS = replace(
    TILL,
    named_errors={"busy": BUSY},
    stream_error=lambda call, reply, sent: [b"%s after %d on %s" % (reply.body, len(sent), call.path.encode()), b"!"],
)


@pytest.mark.parametrize(
    ("fields", "chunks"),
    [
        ({}, [(0.0, b"one ")]),
        ({"keep": 0}, []),
        ({"keep": 0.99}, [(0.0, b"one "), (0.5, b"two ")]),
        ({"mid_chunk": True}, [(0.0, b"one "), (0.5, b"tw")]),
        ({"content": "gone"}, [(0.0, b"one "), (0.5, b"gone")]),
        ({"error": "busy"}, [(0.0, b"one "), (0.5, b"busy after 1 on /v1/stream"), (0.0, b"!")]),
    ],
)
def test_the_first_chunks_go_out_then_the_last_words_then_a_proper_end(
    fields: dict[str, Any], chunks: list[tuple[float, bytes]]
) -> None:
    till = Driver({"end_stream": fields}, vendor=SAYS)
    answer = till.send("GET", "/v1/stream")
    assert (answer.stream, answer.ending, answer.status) == (chunks, "complete", 200)
    assert till.requests()[0]["faults"] == ["r0"]


def test_an_answer_that_is_no_stream_is_left_alone_and_not_struck() -> None:
    till = Driver({"end_stream": {}}, vendor=SAYS)
    plain = till.send()
    assert (plain.status, plain.stream, till.struck("r0")) == (200, None, 0)


def test_a_cut_on_the_wire_may_follow() -> None:
    till = Driver({"end_stream": {"keep": 0.7}}, {"break_stream": {"keep": 0.5}})
    answer = till.send("GET", "/v1/stream")
    assert (answer.stream, answer.ending) == ([(0.0, b"one ")], "reset")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"keep": 1}, "end_stream.keep"),
        ({"mid_chunk": True, "error": "busy"}, "one of mid_chunk and error"),
        ({"content": "x" * 70_000}, "end_stream.content"),
    ],
)
def test_an_end_that_cannot_be_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(FaultError, match=words):
        rule_from_json({"id": "r", "vendor": "till", "end_stream": fields})


def test_a_vendor_says_only_its_own_errors_and_some_say_none_in_a_stream() -> None:
    rule = rule_from_json({"id": "r", "vendor": "till", "end_stream": {"error": "bussy"}})
    with pytest.raises(FaultError, match=r"end_stream.error: till has no error named bussy; did you mean busy\?"):
        require_fit(SAYS, rule)
    with pytest.raises(FaultError, match="till says no errors in a stream"):
        require_fit(TILL, rule)
    require_fit(TILL, rule_from_json({"id": "r", "vendor": "till", "end_stream": {}}))
