"""Responses: what comes back, what it goes on from, what is kept, what runs in the background."""

import json
from typing import Any

import pytest

from tests.simulators.vendors.openai.bench import MODEL, OpenAIBench
from tests.simulators.vendors.openai.spec import faults
from tests.support.vendor_bench import Answer

PATH = "/v1/responses"
TOOL = {
    "type": "function",
    "name": "weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


def respond(bench: OpenAIBench, given: Any = "What is new?", **more: Any) -> Answer:
    return bench.post_json(PATH, {"model": MODEL, "input": given, **more})


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"instructions": "Be short.", "metadata": {"a": "b"}, "user": "u", "temperature": 0.5},
        {"max_output_tokens": 16},
        {"model": "gpt-5", "reasoning": {"effort": "low"}},
        {"tools": [TOOL], "tool_choice": "required"},
        {"text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA}}},
        {"background": True},
    ],
    ids=str,
)
def test_every_response_is_as_the_api_description_says(more: dict[str, Any]) -> None:
    body = respond(OpenAIBench(), **more).json
    assert faults("Response", body) == []


@pytest.mark.parametrize(
    ("rule", "status"), [({"refuse": "No."}, "completed"), ({"block": "content_filter"}, "incomplete")]
)
def test_so_are_refusals_and_what_a_filter_took(rule: dict[str, Any], status: str) -> None:
    body = respond(OpenAIBench(answers=[rule])).json
    assert faults("Response", body) == []
    assert body["status"] == status
    if "refuse" in rule:
        assert body["output"][0]["content"] == [{"type": "refusal", "refusal": "No."}]
    else:
        assert (body["incomplete_details"], body["output"]) == ({"reason": "content_filter"}, [])


def test_it_goes_on_from_what_was_said_before() -> None:
    bench = OpenAIBench(answers=[{"when": {"turn": 3}, "say": "third"}, {"echo": True}])
    first = respond(bench, "one", instructions="Be kind.").json
    second = respond(bench, "two", previous_response_id=first["id"]).json
    third = respond(bench, "three", previous_response_id=second["id"]).json
    said = [one["output"][0]["content"][0]["text"] for one in (first, second, third)]
    assert said == ["one", "two", "third"]
    tokens = [one["usage"]["input_tokens"] for one in (first, second, third)]
    # Each message costs three more; the instructions are not carried over.
    assert tokens == [3 + (3 + 3) + 4, 3 + 4 + 4 + 4, 3 + 5 * 4]
    again = respond(bench, "two", previous_response_id=first["id"]).json
    assert again["usage"] == second["usage"]


def test_a_script_goes_on_with_the_tools_output() -> None:
    bench = OpenAIBench(
        answers=[{"script": [{"call": {"name": "weather", "arguments": {"city": "Paris"}}}, {"say": "Sunny."}]}]
    )
    called = respond(bench, tools=[TOOL]).json
    (call,) = called["output"]
    assert (call["type"], json.loads(call["arguments"])) == ("function_call", {"city": "Paris"})
    output = [{"type": "function_call_output", "call_id": call["call_id"], "output": "25 degrees"}]
    done = respond(bench, output, tools=[TOOL], previous_response_id=called["id"]).json
    assert done["output"][0]["content"][0]["text"] == "Sunny."
    whole = respond(bench, [{"role": "user", "content": "What is new?"}, call, *output], tools=[TOOL]).json
    assert whole["output"][0]["content"][0]["text"] == "Sunny."


def test_what_is_not_stored_is_not_there() -> None:
    bench = OpenAIBench()
    gone = respond(bench, store=False).json["id"]
    assert bench.send("GET", f"{PATH}/{gone}").status == 404
    refused = respond(bench, previous_response_id=gone).json["error"]
    assert (refused["code"], refused["param"]) == ("previous_response_not_found", "previous_response_id")


def test_a_stored_one_is_read_deleted_and_its_input_listed() -> None:
    bench = OpenAIBench()
    parts = [{"type": "input_text", "text": "a"}, {"type": "input_image", "image_url": "data:,"}]
    more = [{"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]
    given = [{"role": "user", "content": parts}, *more]
    made = respond(bench, given).json
    assert bench.send("GET", f"{PATH}/{made['id']}").json == made
    listed = bench.send("GET", f"{PATH}/{made['id']}/input_items?limit=2").json
    assert faults("ResponseItemList", listed) == []
    assert [item["role"] for item in listed["data"]] == ["user", "assistant"]
    rest = bench.send("GET", f"{PATH}/{made['id']}/input_items?after={listed['last_id']}").json
    assert (rest["has_more"], rest["data"][0]["content"][0]["text"]) == (False, "a")
    deleted = bench.send("DELETE", f"{PATH}/{made['id']}").json
    assert deleted == {"id": made["id"], "object": "response", "deleted": True}
    assert bench.send("GET", f"{PATH}/{made['id']}").status == 404
    assert bench.send("DELETE", f"{PATH}/{made['id']}").status == 404


def test_a_reference_stands_for_the_item() -> None:
    bench = OpenAIBench(answers=[{"echo": True}])
    made = respond(bench, [{"role": "user", "content": "hello"}]).json
    item = bench.send("GET", f"{PATH}/{made['id']}/input_items").json["data"][0]["id"]
    assert respond(bench, [{"type": "item_reference", "id": item}]).json["output"][0]["content"][0]["text"] == "hello"
    assert respond(bench, [{"type": "item_reference", "id": "msg_x"}]).status == 404


def test_in_the_background_it_is_queued_worked_on_and_done_and_booked_then() -> None:
    bench = OpenAIBench()
    bench.simulator.listen("a", "http://127.0.0.1:1/hook")
    made = respond(bench, background=True).json
    assert (made["status"], made["output"], made["usage"]) == ("queued", [], None)
    assert bench.effects() == []
    seen = []
    for _ in range(20):
        seen.append(bench.send("GET", f"{PATH}/{made['id']}").json["status"])
        bench.pass_time(0.1)
    assert list(dict.fromkeys(seen)) == ["queued", "in_progress", "completed"]
    (effect,) = bench.effects()
    assert effect["id"] == made["id"]
    done = bench.send("GET", f"{PATH}/{made['id']}").json
    assert faults("Response", done) == []
    assert done["output"][0]["content"][0]["text"]
    (webhook,) = bench.webhooks
    assert webhook.type == "response.completed"


@pytest.mark.parametrize("wait_s", [0.0, 0.7])
def test_what_is_cancelled_is_never_done_nor_booked(wait_s: float) -> None:
    bench = OpenAIBench()
    made = respond(bench, background=True).json
    bench.pass_time(wait_s)
    cancelled = bench.post_json(f"{PATH}/{made['id']}/cancel", {}).json
    assert (cancelled["status"], faults("Response", cancelled)) == ("cancelled", [])
    bench.pass_time(60.0)
    assert bench.send("GET", f"{PATH}/{made['id']}").json["status"] == "cancelled"
    assert bench.effects() == []
    assert bench.post_json(f"{PATH}/{made['id']}/cancel", {}).json["status"] == "cancelled"


def test_only_what_runs_in_the_background_can_be_cancelled() -> None:
    bench = OpenAIBench()
    assert bench.post_json(f"{PATH}/{respond(bench).json['id']}/cancel", {}).status == 400


def test_tokens_are_counted_beforehand_and_right() -> None:
    bench = OpenAIBench()
    counted = bench.post_json(f"{PATH}/input_tokens", {"model": MODEL, "input": "What is new?", "tools": [TOOL]}).json
    assert faults("TokenCountsResource", counted) == []
    assert counted["input_tokens"] == respond(bench, tools=[TOOL]).json["usage"]["input_tokens"]
    assert len(bench.effects()) == 1


@pytest.mark.parametrize(
    ("more", "param", "code"),
    [
        ({"model": None}, "model", "missing_required_parameter"),
        ({"input": None}, "input", "missing_required_parameter"),
        ({"input": 7}, "input", "invalid_type"),
        ({"input": [7]}, "input[0]", "invalid_type"),
        ({"input": [{"role": "user"}]}, "input[0].content", "missing_required_parameter"),
        ({"input": [{"type": "function_call"}]}, "input[0].call_id", "missing_required_parameter"),
        ({"input": [{"type": "function_call_output", "call_id": "c", "output": "x"}]}, "input", None),
        ({"max_output_tokens": 15}, "max_output_tokens", "integer_below_min_value"),
        ({"background": True, "store": False}, "background", None),
        ({"conversation": "c", "previous_response_id": "r"}, "previous_response_id", "mutually_exclusive_parameters"),
        ({"text": {"format": {"type": "json_schema"}}}, "text.format.name", "missing_required_parameter"),
        ({"tools": [{"type": "function"}]}, "tools[0].name", "missing_required_parameter"),
        ({"messages": []}, "messages", "unknown_parameter"),
        ({"model": "gpt-4", "input": "word " * 9_000}, "input", "context_length_exceeded"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_place(more: dict[str, Any], param: str, code: str | None) -> None:
    bench = OpenAIBench()
    answer = bench.post_json(PATH, {"model": MODEL, "input": "hi", **more})
    assert answer.status == 400
    assert (answer.json["error"]["param"], answer.json["error"]["code"]) == (param, code)
    assert bench.effects() == []
