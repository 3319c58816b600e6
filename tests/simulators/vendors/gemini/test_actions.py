"""Generating: by the declared answers, whole and as a stream, with usage that adds up and effects that say it."""

import json
from typing import Any

import pytest

from brownout_simulators.vendors.gemini.actions import ROUTES
from tests.simulators.vendors.gemini.bench import PLAIN, THINKING, GeminiBench, frames_of, says, text_of
from tests.support.vendor_bench import made_by

FUNCTION = {
    "name": "look_up",
    "parameters": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
}
TOOLS = [{"functionDeclarations": [FUNCTION]}]
LONG = "All work and no play makes a dull simulator. " * 20


def _usage_adds_up(body: dict[str, Any]) -> None:
    usage = body["usageMetadata"]
    parts = [usage.get(name, 0) for name in ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount")]
    assert usage["totalTokenCount"] == sum(parts)
    assert sum(each["tokenCount"] for each in usage["promptTokensDetails"]) == usage["promptTokenCount"]


def test_both_versions_have_the_same_routes() -> None:
    names = {(route.method, route.path) for route in ROUTES}
    assert {(m, p.replace("/v1beta/", "/v1/")) for m, p in names} == {n for n in names if "/v1beta/" not in n[1]}
    first, second = GeminiBench().generate(), GeminiBench().generate(version="v1beta")
    assert first.body == second.body


@pytest.mark.parametrize("model", [PLAIN, THINKING])
@pytest.mark.parametrize("candidates", [1, 3])
def test_a_stream_holds_what_a_whole_answer_holds(model: str, candidates: int) -> None:
    bench = GeminiBench({"say": LONG})
    config: dict[str, Any] = {"candidateCount": candidates}
    whole = bench.generate("Go on.", model=model, **config).json
    frames = frames_of(bench.stream("Go on.", model=model, **config))
    array = bench.stream("Go on.", model=model, alt="", **config).json
    _usage_adds_up(whole)
    for body in frames:
        _usage_adds_up(body)
    assert [each["candidates"] for each in array] == [each["candidates"] for each in frames]
    assert {each["responseId"] for each in frames} == {frames[0]["responseId"]}
    assert frames[-1]["usageMetadata"] == whole["usageMetadata"]
    for index in range(candidates):
        own = [c for each in frames for c in each["candidates"] if c["index"] == index]
        assert "".join(c["content"]["parts"][0]["text"] for c in own) == LONG
        assert [c.get("finishReason") for c in own] == [None] * (len(own) - 1) + ["STOP"]
        sizes = [len(c["content"]["parts"][0]["text"]) for c in own]
        # A thinking model says why it ended in an empty chunk of its own.
        assert model != THINKING or sizes.pop() == 0
        assert all(120 <= size < 170 for size in sizes[:-1])
    prompts = [row for row in bench.effects() if row["route"] == "gemini.completion"]
    assert [json.loads(row["fields"])["streamed"] for row in prompts] == [False, True, True]


def test_an_effect_says_what_was_spent_and_nothing_of_what_was_asked() -> None:
    bench = GeminiBench({"say": "Yes."})
    secret = "my secret plan"
    body = {"contents": [says(secret)], "labels": {"operation_id": "op-1"}}
    usage = bench.generate(body).json["usageMetadata"]
    (row,) = bench.effects()
    fields = json.loads(row["fields"])
    assert (row["operation_id"], json.loads(row["references"])) == ("op-1", {"labels.operation_id": "op-1"})
    assert fields["model"] == PLAIN
    assert fields["prompt_tokens"] == usage["promptTokenCount"]
    assert fields["completion_tokens"] == usage["candidatesTokenCount"]
    assert fields["total_tokens"] == usage["totalTokenCount"]
    # 3 tokens at 0.10, 2 at 0.40 dollars a million: in millionths of a dollar, rounded up.
    assert fields["cost"] == 2
    assert secret not in row["fields"]
    bench = GeminiBench({"say": "Yes."}, record="prompts")
    bench.generate(body)
    assert secret in json.loads(bench.effects()[0]["fields"])["prompt"]


def test_an_effect_holds_what_was_so_at_its_own_moment_whenever_somebody_looks() -> None:
    for first, then in (("prompts", None), (None, "prompts")):
        bench, looked = GeminiBench(record=first), GeminiBench(record=first)
        bench.simulator.schedule([], fields={})
        effects = made_by(bench)
        bench.generate("What is new?")
        looked.generate("What is new?")
        bench.simulator.set_up({"record": then})
        bench.generate("And now?")
        (row,) = looked.effects()
        assert {"prompt": None, "batch": None, **effects[0].fields} == json.loads(row["fields"])


def test_the_same_question_has_the_same_answer_and_another_seed_another() -> None:
    first, again, other = GeminiBench(seed=1), GeminiBench(seed=1), GeminiBench(seed=2)
    assert first.generate("Tell me.").body == again.generate("Tell me.").body
    assert first.generate("Tell me more.").body != again.generate("Tell me.").body
    assert text_of(first.generate("Tell me.").json) == text_of(again.generate("Tell me.").json)
    assert text_of(first.generate("Tell me.").json) != text_of(other.generate("Tell me.").json)
    told = {"contents": [says("Tell me.")], "systemInstruction": says("Be brief.")}
    assert text_of(first.generate(told).json) != text_of(first.generate("Tell me.").json)
    assert text_of(first.generate("Tell me.", seed=5).json) != text_of(first.generate("Tell me.").json)


def test_a_script_of_function_calls_goes_on_with_their_responses() -> None:
    bench = GeminiBench(
        {"when": {"says": r"order (\w+)"},
         "script": [{"call": {"name": "look_up", "arguments": {"id": "{1}"}}}, {"say": "Order {1} is on its way."}]}
    )  # fmt: skip
    turns = [says("Where is order A7?")]
    first = bench.generate({"contents": turns, "tools": TOOLS}).json["candidates"][0]
    assert first["content"]["parts"] == [{"functionCall": {"name": "look_up", "args": {"id": "A7"}}}]
    assert first["finishReason"] == "STOP"
    response = {"functionResponse": {"name": "look_up", "response": {"state": "shipped"}}}
    turns += [first["content"], {"role": "user", "parts": [response]}]
    last = bench.generate({"contents": turns, "tools": TOOLS}).json["candidates"][0]
    assert last["content"]["parts"] == [{"text": "Order A7 is on its way."}]
    # A new question begins the script anew.
    turns += [last["content"], says("And order B2?")]
    again = bench.generate({"contents": turns, "tools": TOOLS}).json["candidates"][0]
    assert again["content"]["parts"] == [{"functionCall": {"name": "look_up", "args": {"id": "B2"}}}]


def test_a_function_is_called_where_one_must_be_and_not_where_none_may() -> None:
    bench = GeminiBench()

    def parts(mode: str) -> list[dict[str, Any]]:
        choice = {"functionCallingConfig": {"mode": mode}}
        body = {"contents": [says("Hi")], "tools": TOOLS, "toolConfig": choice}
        found: list[dict[str, Any]] = bench.generate(body, model=THINKING).json["candidates"][0]["content"]["parts"]
        return found

    (call,) = parts("ANY")
    assert isinstance(call["functionCall"]["args"]["id"], str)
    assert call["thoughtSignature"]
    assert all("text" in part for part in [*parts("NONE"), *parts("AUTO")])


def test_json_by_both_kinds_of_schema_and_a_member_of_an_enumeration_in_plain_words() -> None:
    bench = GeminiBench()
    own: dict[str, Any] = {
        "type": "OBJECT",
        "properties": {"n": {"type": "INTEGER", "nullable": True}},
        "required": ["n"],
    }
    other = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    kinds: list[dict[str, Any]] = [{"responseSchema": own}, {"responseJsonSchema": other}]
    for schema in kinds:
        found = json.loads(text_of(bench.generate(responseMimeType="application/json", **schema).json))
        assert isinstance(found["n"], int | None)
    words: Any = {"type": "STRING", "enum": ["red", "green"]}
    assert text_of(bench.generate(responseMimeType="text/x.enum", responseSchema=words).json) in ("red", "green")


def test_stop_sequences_and_limits_cut() -> None:
    bench = GeminiBench({"say": "one two three four"})
    assert text_of(bench.generate(stopSequences=["three"]).json) == "one two "
    short = bench.generate(maxOutputTokens=2).json
    assert (short["candidates"][0]["finishReason"], short["usageMetadata"]["candidatesTokenCount"]) == ("MAX_TOKENS", 2)
    # All of it went into thinking: no content at all.
    (candidate,) = bench.generate(model=THINKING, maxOutputTokens=2).json["candidates"]
    assert candidate == {"finishReason": "MAX_TOKENS", "index": 0}
    (frame,) = frames_of(bench.stream(model=THINKING, maxOutputTokens=2))
    assert frame["candidates"] == [candidate]
    assert frame["usageMetadata"]["thoughtsTokenCount"] == 2


@pytest.mark.parametrize(
    ("rule", "feedback", "candidate"),
    [
        ({"block": "SAFETY"}, "SAFETY", None),
        ({"block": "PROHIBITED_CONTENT"}, "PROHIBITED_CONTENT", None),
        ({"block": "SAFETY", "finish": "SAFETY"}, None, {"finishReason": "SAFETY", "index": 0}),
        ({"empty": True, "finish": "RECITATION"}, None, {"finishReason": "RECITATION", "index": 0}),
        ({"empty": True}, None, {"content": {"role": "model"}, "finishReason": "STOP", "index": 0}),
    ],
)
def test_empty_successes_are_200_without_text(
    rule: dict[str, Any], feedback: str | None, candidate: dict[str, Any] | None
) -> None:
    bench = GeminiBench(rule)
    whole, (frame,) = bench.generate(), frames_of(bench.stream())
    assert whole.status == 200
    for body in (whole.json, frame):
        assert body.get("promptFeedback", {}).get("blockReason") == feedback
        found = [{name: value for name, value in each.items() if name != "safetyRatings"}
                 for each in body.get("candidates", [])]  # fmt: skip
        assert found == ([] if candidate is None else [candidate])
        assert "candidatesTokenCount" not in body["usageMetadata"]
    assert {json.loads(row["fields"])["finish"] for row in bench.effects()} == {feedback or candidate["finishReason"]}  # type: ignore[index]


def test_thoughts_are_told_in_a_part_of_their_own_where_that_is_asked_for() -> None:
    bench = GeminiBench({"say": "Four.", "think": 30})
    config: dict[str, Any] = {"thinkingConfig": {"includeThoughts": True}}
    whole = bench.generate(model=THINKING, **config).json
    thought, answer = whole["candidates"][0]["content"]["parts"]
    assert (thought["thought"], answer) == (True, {"text": "Four."})
    assert whole["usageMetadata"]["thoughtsTokenCount"] == 30
    first, text, last = frames_of(bench.stream(model=THINKING, **config))
    assert first["candidates"][0]["content"]["parts"] == [thought]
    assert text["candidates"][0]["content"]["parts"] == [answer]
    assert "finishReason" not in {**first["candidates"][0], **text["candidates"][0]}
    assert last["candidates"][0]["finishReason"] == "STOP"


def test_an_answer_takes_its_time_only_where_a_pace_is_set_up() -> None:
    bench = GeminiBench({"say": LONG})
    bench.stream()
    assert bench.now_s == 100.0
    bench = GeminiBench({"say": LONG}, pace="gemini-2.0-flash/2026")
    bench.generate()
    assert bench.now_s > 100.5


@pytest.mark.thorough
def test_more_than_the_model_takes_is_refused_with_both_figures() -> None:
    bench = GeminiBench()
    assert bench.generate("word " * 1_048_575).json["usageMetadata"]["promptTokenCount"] == 1_048_576
    answer = bench.generate("word " * 1_048_576)
    message = answer.json["error"]["message"]
    assert (answer.status, "details" in answer.json["error"]) == (400, False)
    assert message == "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576)."
