"""The events of a response, one by one."""

import re
from itertools import groupby
from typing import Any

import pytest

from tests.simulators.vendors.openai.bench import MODEL, OpenAIBench
from tests.simulators.vendors.openai.spec import faults
from tests.simulators.vendors.openai.test_responses import PATH, TOOL

SAY: list[dict[str, Any]] = [{"say": "one two three"}]
MESSAGE = ["response.output_item.added", "response.content_part.added", "response.output_text.delta",
           "response.output_text.done", "response.content_part.done", "response.output_item.done"]  # fmt: skip
SCHEMAS = {
    "response.created": "ResponseCreatedEvent",
    "response.in_progress": "ResponseInProgressEvent",
    "response.queued": "ResponseQueuedEvent",
    "response.completed": "ResponseCompletedEvent",
    "response.incomplete": "ResponseIncompleteEvent",
    "response.output_item.added": "ResponseOutputItemAddedEvent",
    "response.output_item.done": "ResponseOutputItemDoneEvent",
    "response.content_part.added": "ResponseContentPartAddedEvent",
    "response.content_part.done": "ResponseContentPartDoneEvent",
    "response.output_text.delta": "ResponseTextDeltaEvent",
    "response.output_text.done": "ResponseTextDoneEvent",
    "response.refusal.delta": "ResponseRefusalDeltaEvent",
    "response.refusal.done": "ResponseRefusalDoneEvent",
    "response.function_call_arguments.delta": "ResponseFunctionCallArgumentsDeltaEvent",
    "response.function_call_arguments.done": "ResponseFunctionCallArgumentsDoneEvent",
}


def events(bench: OpenAIBench, **more: Any) -> list[dict[str, Any]]:
    streamed = bench.ask(PATH, input="hi", **more)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    found = streamed.data
    for frame, event in zip(streamed.frames, found, strict=True):
        assert re.fullmatch(rb"event: (\S+)\ndata: \{.*\}\n\n", frame)
        assert frame.startswith(b"event: %b\n" % event["type"].encode())
        assert faults(SCHEMAS[event["type"]], event) == []
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    return found


def kinds(found: list[dict[str, Any]]) -> list[str]:
    return [kind for kind, _ in groupby(event["type"] for event in found)]


def test_a_text_comes_in_nine_kinds_of_events_in_their_order() -> None:
    bench = OpenAIBench(answers=SAY)
    found = events(bench)
    assert kinds(found) == ["response.created", "response.in_progress", *MESSAGE, "response.completed"]
    assert "".join(event["delta"] for event in found if event["type"].endswith("delta")) == "one two three"
    assert len({event["item_id"] for event in found if "item_id" in event}) == 1
    final = found[-1]["response"]
    assert final == bench.send("GET", f"{PATH}/{final['id']}").json
    assert final["usage"]["total_tokens"] == final["usage"]["input_tokens"] + 3
    assert (found[0]["response"]["status"], found[0]["response"]["output"]) == ("in_progress", [])


def test_a_call_comes_with_its_arguments_in_pieces() -> None:
    found = events(OpenAIBench(), tools=[TOOL], tool_choice="required")
    assert kinds(found)[2:-1] == ["response.output_item.added", "response.function_call_arguments.delta",
                                  "response.function_call_arguments.done", "response.output_item.done"]  # fmt: skip
    done = next(event for event in found if event["type"] == "response.function_call_arguments.done")
    assert "".join(event["delta"] for event in found if event["type"].endswith("delta")) == done["arguments"]


def test_thoughts_come_before_the_message_and_without_words() -> None:
    found = events(OpenAIBench(answers=[{"say": "yes", "think": 10}]), model="gpt-5")
    assert kinds(found)[2:5] == [
        "response.output_item.added",
        "response.output_item.done",
        "response.output_item.added",
    ]
    assert found[2]["item"]["type"] == "reasoning"
    assert {event["output_index"] for event in found if "content_index" in event} == {1}


@pytest.mark.parametrize(
    ("rule", "last"),
    [
        ({"refuse": "No."}, "response.completed"),
        ({"block": "content_filter"}, "response.incomplete"),
        ({"say": "one two three four", "finish": "length"}, "response.incomplete"),
        ({"empty": True}, "response.completed"),
    ],
)
def test_every_end_has_its_event(rule: dict[str, Any], last: str) -> None:
    assert events(OpenAIBench(answers=[rule]))[-1]["type"] == last


def test_in_the_background_it_is_queued_first_and_a_stored_one_is_streamed_again() -> None:
    bench = OpenAIBench(answers=SAY)
    found = events(bench, background=True)
    assert kinds(found)[:3] == ["response.created", "response.queued", "response.in_progress"]
    id = found[0]["response"]["id"]  # noqa: A001
    again = bench.read_stream("GET", f"{PATH}/{id}?stream=true&starting_after=4")
    assert again.data == found[5:]
    assert bench.send("GET", f"{PATH}/{id}?stream=true&starting_after=x").status == 400


def test_tokens_come_at_their_pace() -> None:
    pace = {"first_s": 1.0, "tokens_per_s": 10.0, "gap_spread": 0.0}
    streamed = OpenAIBench(pace=pace, answers=SAY).ask(PATH, input="hi", model=MODEL)
    assert [round(gap_s, 6) for gap_s in streamed.gaps_s if gap_s] == [1.0, 0.1, 0.1]
