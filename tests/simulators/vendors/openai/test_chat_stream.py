"""The stream of a chat completion, frame by frame."""

import json
import time
from typing import Any

import pytest

from tests.simulators.vendors.openai.bench import WEATHER, OpenAIBench
from tests.simulators.vendors.openai.spec import faults

FOUR: dict[str, Any] = {"answers": [{"say": "one two three four"}]}


@pytest.mark.parametrize(
    "more",
    [{}, {"n": 2}, {"stream_options": {"include_usage": True}}, {"logprobs": True, "top_logprobs": 2},
     {"tools": [WEATHER], "tool_choice": "required"}, {"stream_options": {"include_obfuscation": False}}],
    ids=str,
)  # fmt: skip
def test_every_chunk_is_as_the_api_description_says(more: dict[str, Any]) -> None:
    for rules in ([], [{"refuse": "I will not."}], [{"block": "content_filter"}]):
        for chunk in OpenAIBench(answers=rules).ask(**more).data:
            # Null where nothing is meant: the description has no null there, captured streams have.
            for choice in chunk["choices"]:
                if choice["finish_reason"] is None:
                    choice["finish_reason"] = "stop"
            if chunk.get("usage", {}) is None:
                del chunk["usage"]
            assert faults("CreateChatCompletionStreamResponse", chunk) == []


def test_the_frames_of_a_short_answer_are_exactly_these() -> None:
    bench = OpenAIBench(**FOUR)
    streamed = bench.ask(stream_options={"include_usage": True, "include_obfuscation": False})
    assert streamed.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert all(
        frame.startswith(b"data: ") and frame.endswith(b"\n\n") and frame.count(b"\n") == 2 for frame in streamed.frames
    )
    assert streamed.frames[-1] == b"data: [DONE]\n\n"
    chunks = streamed.data
    assert {(chunk["id"], chunk["object"], chunk["created"], chunk["model"]) for chunk in chunks} == {
        (chunks[0]["id"], "chat.completion.chunk", 1_760_000_100, "gpt-4o-mini")
    }
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks[:-1]]
    assert deltas == [{"role": "assistant", "content": "", "refusal": None}, {"content": "one"}, {"content": " two"},
                      {"content": " three"}, {"content": " four"}, {}]  # fmt: skip
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[:-1]] == [None] * 5 + ["stop"]
    assert [chunk["usage"] for chunk in chunks[:-1]] == [None] * 6
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == bench.chat().json["usage"]
    assert not any("obfuscation" in chunk for chunk in chunks)


def test_padding_hides_how_long_a_token_is() -> None:
    chunks = OpenAIBench(**FOUR).ask().data
    sizes = {len(chunk["obfuscation"]) + len(chunk["choices"][0]["delta"].get("content") or "") for chunk in chunks}
    assert sizes == {16}


def test_tool_calls_come_with_their_names_first_and_then_in_pieces() -> None:
    calls = [{"name": "weather", "arguments": {"city": "Paris"}}, {"name": "time", "arguments": "{broken"}]
    chunks = OpenAIBench(answers=[{"call": calls}]).ask(tools=[WEATHER]).data
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": None, "refusal": None}
    parts = [part for chunk in chunks for part in chunk["choices"][0]["delta"].get("tool_calls", [])]
    opened = [part for part in parts if "id" in part]
    assert [(part["index"], part["type"], part["function"]) for part in opened] == [
        (0, "function", {"name": "weather", "arguments": ""}),
        (1, "function", {"name": "time", "arguments": ""}),
    ]
    arguments = ["".join(part["function"]["arguments"] for part in parts if part["index"] == n) for n in (0, 1)]
    assert (json.loads(arguments[0]), arguments[1]) == ({"city": "Paris"}, "{broken")
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_choices_come_between_each_other_and_are_whole() -> None:
    bench = OpenAIBench()
    streamed = bench.ask(n=3)
    whole = bench.chat(n=3).json["choices"]
    assert [streamed.text(index) for index in range(3)] == [choice["message"]["content"] for choice in whole]
    assert [chunk["choices"][0]["index"] for chunk in streamed.data[:6]] == [0, 1, 2, 0, 1, 2]


def test_a_refusal_is_streamed_as_one() -> None:
    chunks = OpenAIBench(answers=[{"refuse": "I will not."}]).ask().data
    assert "".join(chunk["choices"][0]["delta"].get("refusal") or "" for chunk in chunks) == "I will not."


def test_tokens_come_at_their_pace_thinking_before_the_first() -> None:
    pace = {"first_s": 1.0, "tokens_per_s": 10.0, "gap_spread": 0.0}
    gaps_s = OpenAIBench(pace=pace, **FOUR).ask().gaps_s
    assert gaps_s == pytest.approx([1.0, 0.0, 0.1, 0.1, 0.1, 0.0, 0.0])
    thinking = OpenAIBench(pace=pace, answers=[{"say": "one two", "think": 20}]).ask().gaps_s
    assert thinking == pytest.approx([3.0, 0.0, 0.1, 0.0, 0.0])
    assert sum(OpenAIBench(**FOUR).ask().gaps_s) == 0.0


def test_a_streamed_generation_is_booked_whole_when_it_begins() -> None:
    bench = OpenAIBench(**FOUR)
    bench.fault(break_stream={"keep": 0.1})
    assert len(bench.ask().frames) < 3
    (fields,) = bench.fields()
    assert (fields["completion_tokens"], fields["streamed"]) == (4, True)


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert OpenAIBench(seed=3).ask().frames == OpenAIBench(seed=3).ask().frames


@pytest.mark.thorough
def test_frames_are_written_faster_than_any_host_sends_them() -> None:
    """The host's goal is 20,000 chunks a second on one core: writing them must be a small part of that."""
    bench = OpenAIBench(answers=[{"prose": True, "tokens": 5_000}])
    bench.ask()
    begun_s = time.process_time()
    frames = sum(len(bench.ask().frames) for _ in range(4))
    assert frames / (time.process_time() - begun_s) > 60_000
