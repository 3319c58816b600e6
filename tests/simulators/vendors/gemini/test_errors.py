"""The form of errors: pretty-printed, in an array or as an event where a stream was asked for, pages from the edge."""

import json

import pytest

from tests.simulators.vendors.gemini.bench import GeminiBench


def test_an_error_is_pretty_printed_json_with_a_line_end() -> None:
    answer = GeminiBench(key="").generate()
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    assert answer.body == json.dumps(answer.json, indent=2).encode() + b"\n"
    assert list(answer.json["error"]) == ["code", "message", "status"]
    assert answer.json["error"]["code"] == answer.status == 403


def test_a_streams_error_is_said_to_be_an_event_stream_or_stands_in_an_array() -> None:
    bench = GeminiBench(key="")
    as_events, in_array = bench.stream(), bench.stream(alt="")
    assert as_events.headers["content-type"] == "text/event-stream"
    assert as_events.json["error"]["code"] == 403
    assert in_array.headers["content-type"].startswith("application/json")
    assert [each["error"]["code"] for each in in_array.json] == [403]


@pytest.mark.parametrize(
    "target", ["/", "/v2/models", "/v1/models/x:fly", "/v1/models/gemini-2.0-flash:generateContent"]
)
def test_no_such_path_or_method_is_a_page(target: str) -> None:
    answer = GeminiBench().ask("GET" if "generate" in target else "POST", target)
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert b"Error 404 (Not Found)!!1" in answer.body


@pytest.mark.parametrize(
    ("status", "code"), [(500, "INTERNAL"), (503, "UNAVAILABLE"), (504, "DEADLINE_EXCEEDED"), (502, None)]
)
def test_server_errors_in_the_vendors_words_do_nothing(status: int, code: str | None) -> None:
    bench = GeminiBench()
    bench.rule(respond={"status": status})
    answer = bench.generate()
    assert answer.status == status
    assert bench.effects() == []
    if code is None:
        assert answer.headers["content-type"].startswith("text/html")
    else:
        assert answer.json["error"]["status"] == code


def test_every_reply_has_the_front_ends_headers() -> None:
    answer = GeminiBench().generate()
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["server-timing"].startswith("gfet4t7; dur=")
    assert not [name for name in answer.headers if "ratelimit" in name or name == "retry-after"]
