"""Errors in the middle of a stream: a 200 that fails."""

from typing import Any

import pytest

from brownout_simulators.vendors.openai import VENDOR
from tests.simulators.vendors.openai.bench import OpenAIBench
from tests.simulators.vendors.openai.spec import faults
from tests.simulators.vendors.openai.test_responses import PATH

SAY: dict[str, Any] = {"answers": [{"say": "one two three four"}]}


@pytest.mark.parametrize("name", VENDOR.named_errors)
def test_every_error_can_be_said_in_a_chat_stream(name: str) -> None:
    bench = OpenAIBench(**SAY)
    bench.fault(end_stream={"keep": 0.5, "error": name})
    streamed = bench.ask()
    assert (streamed.status, streamed.ending) == (200, "complete")
    *before, last = streamed.data
    assert len(before) == 3
    assert faults("ErrorResponse", last) == []
    assert streamed.frames[-1] != b"data: [DONE]\n\n"


def test_a_response_fails_in_two_events_that_go_on_in_number() -> None:
    bench = OpenAIBench(**SAY)
    bench.fault(end_stream={"keep": 0.5, "error": "tokens_exceeded"})
    *before, error, failed = bench.ask(PATH, input="hi").data
    assert [event["sequence_number"] for event in (*before, error, failed)] == list(range(len(before) + 2))
    assert (error["type"], error["error"]["type"], error["error"]["code"]) == ("error", "tokens", "rate_limit_exceeded")
    assert faults("ResponseFailedEvent", failed) == []
    assert failed["response"]["error"]["code"] == "rate_limit_exceeded"
    assert failed["response"]["id"] == before[0]["response"]["id"]


def test_where_nothing_went_out_there_is_only_the_error() -> None:
    bench = OpenAIBench(**SAY)
    bench.fault(end_stream={"keep": 0.0, "error": "slow_down"})
    (error,) = bench.ask(PATH, input="hi").data
    assert (error["sequence_number"], error["error"]["code"]) == (0, "slow_down")


def test_what_was_generated_is_booked_all_the_same() -> None:
    bench = OpenAIBench(**SAY)
    bench.fault(end_stream={"keep": 0.5, "error": "server_error"})
    bench.ask()
    assert bench.fields()[0]["completion_tokens"] == 4


@pytest.mark.parametrize(
    ("fault", "sent"),
    [({"break_stream": {"keep": 0.5}}, 3), ({"end_stream": {"keep": 0.5, "error": "server_error"}}, 3),
     ({"drop_after_effect": {}}, 0), ({"stall": {"for_s": 5}}, None), ({"respond": {"status": 503}}, None)],
)  # fmt: skip
def test_what_was_paid_for_and_not_read_to_its_end_is_told(fault: dict[str, Any], sent: int | None) -> None:
    bench = OpenAIBench(**SAY)
    bench.fault(**fault)
    bench.ask(metadata={"operation_id": "op-1"})
    rows = bench.fields("openai.abandoned")
    if sent is None:
        assert rows == []
        return
    (made,) = bench.fields()
    (lost,) = rows
    assert (lost["chunks_sent"], lost["chunks"], lost["cost"]) == (sent, 7, made["cost"])
    assert {row["operation_id"] for row in bench.effects()} == {"op-1"}


def test_a_whole_answer_that_is_lost_is_told_as_well() -> None:
    bench = OpenAIBench(**SAY)
    bench.chat()
    assert bench.fields("openai.abandoned") == []
    bench.fault(fail_after_effect={"status": 504})
    bench.chat()
    bench.post_json(PATH, {"model": "gpt-4o", "input": "hi"})
    assert [row["chunks"] for row in bench.fields("openai.abandoned")] == [0, 0]
    assert len(bench.fields()) == 3
