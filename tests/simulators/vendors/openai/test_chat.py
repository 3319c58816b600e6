"""Chat completions: what comes back, what is booked, what is refused."""

import json
from typing import Any

import pytest

from tests.simulators.vendors.openai.bench import MODEL, USER, WEATHER, OpenAIBench
from tests.simulators.vendors.openai.spec import faults
from tests.support.vendor_bench import made_by

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
SCRIPT = [{"call": {"name": "weather", "arguments": {"city": "{1}"}}}, {"say": "{1} is done"}]
FORMAT = {"type": "json_schema", "json_schema": {"name": "one", "strict": True, "schema": SCHEMA}}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"n": 3},
        {"logprobs": True, "top_logprobs": 3},
        {"tools": [WEATHER], "tool_choice": "required"},
        {"response_format": FORMAT},
        {"max_tokens": 3},
        {"model": "gpt-5-mini"},
        {"metadata": {"a": "b"}, "store": True, "user": "u"},
    ],
    ids=str,
)
def test_every_completion_is_as_the_api_description_says(more: dict[str, Any]) -> None:
    answer = OpenAIBench().chat(**more)
    assert answer.status == 200
    assert faults("CreateChatCompletionResponse", answer.json) == []


@pytest.mark.parametrize("rule", [{"refuse": "I will not."}, {"block": "content_filter"}, {"empty": True}])
def test_so_are_the_odd_ones(rule: dict[str, Any]) -> None:
    body = OpenAIBench(answers=[rule]).chat().json
    assert faults("CreateChatCompletionResponse", body) == []
    message, finish = body["choices"][0]["message"], body["choices"][0]["finish_reason"]
    assert (message["content"], message["refusal"], finish) == {
        "refuse": (None, "I will not.", "stop"),
        "block": (None, None, "content_filter"),
        "empty": ("", None, "stop"),
    }[next(iter(rule))]


def test_the_same_question_has_the_same_answer_and_seeds_differ() -> None:
    bench = OpenAIBench()
    one, two, other = bench.chat(seed=1).json, bench.chat(seed=1).json, bench.chat(seed=2).json
    assert one["choices"] == two["choices"]
    assert one["id"] != two["id"]
    assert other["choices"] != one["choices"]
    assert OpenAIBench(seed=2).chat(seed=1).json["choices"] != one["choices"]


def test_rules_answer_by_model_words_and_turn() -> None:
    bench = OpenAIBench(
        answers=[
            {"when": {"turn": 2}, "say": "second"},
            {"when": {"model": "gpt-5*"}, "say": "new model"},
            {"when": {"says": r"refund order (\w+)"}, "script": SCRIPT},
            {"echo": True},
        ]
    )  # fmt: skip

    def said(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
        message: dict[str, Any] = bench.chat(list(messages), **more).json["choices"][0]["message"]
        return message

    ask = {"role": "user", "content": [{"type": "text", "text": "refund order A7"}]}
    assert said({"role": "user", "content": "hi"})["content"] == "hi"
    assert said({"role": "user", "content": "hi"}, model="gpt-5")["content"] == "new model"
    assert said(ask)["content"] == "refund order A7"  # no tool is offered: the rule is passed over
    called = said(ask, tools=[WEATHER])
    assert json.loads(called["tool_calls"][0]["function"]["arguments"]) == {"city": "A7"}
    result = {"role": "tool", "tool_call_id": called["tool_calls"][0]["id"], "content": "ok"}
    assert said(ask, called, result, tools=[WEATHER])["content"] == "second"
    assert said({"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, USER[0])["content"] == "second"


def test_a_script_goes_on_after_the_tools_result() -> None:
    bench = OpenAIBench(answers=[{"script": [{"call": "weather"}, {"say": "done"}]}])
    called = bench.chat(tools=[WEATHER]).json["choices"][0]
    assert (called["finish_reason"], called["message"]["content"]) == ("tool_calls", None)
    result = {"role": "tool", "tool_call_id": called["message"]["tool_calls"][0]["id"], "content": "ok"}
    done = bench.chat([*USER, called["message"], result], tools=[WEATHER]).json["choices"][0]
    assert (done["finish_reason"], done["message"]["content"]) == ("stop", "done")


def test_each_generation_is_booked_with_its_tokens_and_their_price_and_no_prompt() -> None:
    bench = OpenAIBench(answers=[{"say": "one two three"}])
    answer = bench.chat(n=2, user="u-1", metadata={"operation_id": "op-1", "x": "y"})
    (row,) = bench.effects()
    usage = answer.json["usage"]
    assert usage == {**usage, "completion_tokens": 6, "total_tokens": usage["prompt_tokens"] + 6}
    assert (row["route"], row["id"], row["operation_id"]) == ("openai.completion", answer.json["id"], "op-1")
    assert json.loads(row["references"]) == {"user": "u-1", "metadata.operation_id": "op-1", "metadata.x": "y"}
    (fields,) = bench.fields()
    assert (fields["model"], fields["total_tokens"], fields["streamed"]) == (MODEL, usage["total_tokens"], False)
    assert fields["cost"] == -int(-(usage["prompt_tokens"] * 0.15 + 6 * 0.6) // 1)
    assert fields["prompt"] is None
    assert "new" not in str(row)
    bench.chat()
    assert bench.fields()[1]["prompt_digest"] == fields["prompt_digest"]


def test_prompts_are_in_the_ledger_only_where_somebody_asks_for_it() -> None:
    bench = OpenAIBench(record="prompts")
    bench.chat()
    assert json.loads(bench.fields()[0]["prompt"]) == [["user", "What is new?"]]


def test_an_effect_holds_what_was_so_at_its_own_moment_whenever_somebody_looks() -> None:
    for first, then in (("prompts", None), (None, "prompts")):
        bench, looked = OpenAIBench(record=first), OpenAIBench(record=first)
        bench.simulator.schedule([], fields={})
        effects = made_by(bench)
        bench.chat()
        looked.chat()
        bench.simulator.set_up({"record": then})
        bench.chat([{"role": "user", "content": "And now?"}])
        (fields,) = looked.fields()
        assert {"prompt": None, **effects[0].fields} == fields


def test_a_pace_makes_the_answer_wait_and_its_tokens_are_booked_before() -> None:
    bench = OpenAIBench(
        answers=[{"prose": True, "tokens": 100}], pace={"first_s": 1.0, "tokens_per_s": 50.0, "gap_spread": 0.0}
    )
    before_s = bench.now_s
    answer = bench.chat()
    assert bench.now_s - before_s == pytest.approx(1.0 + 99 / 50, rel=1e-6)
    assert int(answer.headers["openai-processing-ms"]) == 2_980
    (effect,) = bench.effects()
    assert effect["at_s"] == before_s


def test_reasoning_is_counted_and_may_take_all_of_the_budget() -> None:
    bench = OpenAIBench(answers=[{"say": "yes", "think": 100}])
    details = bench.chat(model="o3").json["usage"]["completion_tokens_details"]
    assert details["reasoning_tokens"] == 100
    spent = bench.chat(model="o3", max_completion_tokens=50).json
    assert (spent["choices"][0]["message"]["content"], spent["choices"][0]["finish_reason"]) == ("", "length")
    assert spent["usage"]["completion_tokens"] == 50


REFUSED: list[tuple[dict[str, Any], str | None, str | None]] = [
    ({"model": None}, "model", "missing_required_parameter"),
    ({"messages": None}, "messages", "missing_required_parameter"),
    ({"model": 7}, "model", "invalid_type"),
    ({"messages": "hi"}, "messages", "invalid_type"),
    ({"messages": []}, "messages", "empty_array"),
    ({"messages": ["hi"]}, "messages[0]", "invalid_type"),
    ({"messages": [{"content": "x"}]}, "messages[0].role", "missing_required_parameter"),
    ({"messages": [{"role": "boss", "content": "x"}]}, "messages[0].role", "invalid_value"),
    ({"messages": [{"role": "user"}]}, "messages[0].content", None),
    ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content", "invalid_type"),
    ({"messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content[0]", "invalid_type"),
    ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id", "missing_required_parameter"),
    ({"temperature": 3}, "temperature", "decimal_above_max_value"),
    ({"temperature": "warm"}, "temperature", "invalid_type"),
    ({"top_p": -1}, "top_p", "decimal_below_min_value"),
    ({"n": 0}, "n", "integer_below_min_value"),
    ({"n": 1.5}, "n", "invalid_type"),
    ({"max_tokens": 0}, "max_tokens", "integer_below_min_value"),
    ({"max_tokens": 16_385}, "max_tokens", "invalid_value"),
    ({"stop": ["a", "b", "c", "d", "e"]}, "stop", "array_above_max_length"),
    ({"stream_options": {"include_usage": True}}, "stream_options", None),
    ({"top_logprobs": 2}, "top_logprobs", None),
    ({"tool_choice": "required"}, "tool_choice", None),
    ({"tools": [{"type": "function"}]}, "tools[0].function", "missing_required_parameter"),
    ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name", "missing_required_parameter"),
    ({"response_format": {"type": "xml"}}, "response_format.type", "invalid_value"),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema", "missing_required_parameter"),
    ({"response_format": {"type": "json_object"}}, "messages", None),
    ({"metadata": {"a": 1}}, "metadata.a", "invalid_type"),
    ({"metadata": dict.fromkeys("abcdefghijklmnopq", "x")}, "metadata", "object_above_max_properties"),
    ({"colour": "red"}, "colour", "unknown_parameter"),
    ({"model": "o3", "max_tokens": 5}, "max_tokens", "unsupported_parameter"),
    ({"model": "o3", "temperature": 0.5}, "temperature", "unsupported_value"),
    (
        {"model": "gpt-4", "messages": [{"role": "user", "content": "word " * 9_000}]},
        "messages",
        "context_length_exceeded",
    ),
    ({"model": "gpt-4", "max_tokens": 8_192}, "messages", "context_length_exceeded"),
]


@pytest.mark.parametrize(("more", "param", "code"), REFUSED, ids=lambda value: str(value)[:50])
def test_what_is_wrong_is_refused_with_its_place_and_nothing_is_booked(
    more: dict[str, Any], param: str | None, code: str | None
) -> None:
    bench = OpenAIBench()
    answer = bench.post_json("/v1/chat/completions", {"model": MODEL, "messages": USER, **more})
    assert answer.status == 400
    assert faults("ErrorResponse", answer.json) == []
    error = answer.json["error"]
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", param, code)
    assert bench.effects() == []


def test_what_the_model_may_say_at_most_still_fits_behind_a_long_prompt() -> None:
    answer = OpenAIBench(answers=[{"prose": True, "tokens": 900}]).chat(model="gpt-3.5-turbo", max_tokens=10)
    assert answer.json["usage"]["completion_tokens"] == 10


def test_a_model_that_was_set_up_is_one() -> None:
    bench = OpenAIBench(models={"mine": {"window": 100, "longest": 50, "prompt_price": 1, "completion_price": 2}})
    assert bench.chat(model="mine", max_tokens=1).status == 200
    assert bench.fields()[0]["cost"] == bench.fields()[0]["prompt_tokens"] + 2
    assert bench.chat(model="other").json["error"]["code"] == "model_not_found"
    assert bench.chat(model="text-embedding-3-small").status == 404
    assert bench.chat(model="gpt-4o-2025-01-01").status == 200
