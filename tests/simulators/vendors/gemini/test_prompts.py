"""What may be asked, what it counts for, and how the rest is refused."""

from typing import Any

import pytest

from tests.simulators.vendors.gemini.bench import BLANK, PLAIN, THINKING, GeminiBench, says

CALLED: dict[str, Any] = {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]}
ANSWERED: dict[str, Any] = {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"a": 1}}}]}
TOOLS = [{"functionDeclarations": [{"name": "f"}]}]


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        ([], "GenerateContentRequest.contents: contents is not specified"),
        ([{"role": "user", "parts": []}], "contents[0].parts: contents.parts must not be empty"),
        ([{"role": "assistant", "parts": [{"text": "x"}]}], "Please use a valid role: user, model."),
        ([{"parts": [{}]}], "contents[0].parts[0].data: required oneof field 'data'"),
        ([{"parts": [{"text": "x", "functionCall": {"name": "f"}}]}], "required oneof field"),
        ([CALLED], "function call turn comes immediately after a user turn"),
        ([says("x"), says("y", role="model"), CALLED], "function call turn comes immediately after"),
        ([says("x"), CALLED], "number of function response parts is equal"),
        ([says("x"), CALLED, {"role": "user", "parts": ANSWERED["parts"] * 2}], "number of function response parts"),
        ([says("x"), ANSWERED], "function response turn comes immediately after"),
    ],
)
def test_a_conversation_that_cannot_be_is_400(contents: list[Any], words: str) -> None:
    bench = GeminiBench()
    answer = bench.generate({"contents": contents})
    assert (answer.status, answer.json["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert words in answer.json["error"]["message"]
    assert bench.effects() == []


def test_a_whole_turn_of_function_calling_is_let_through() -> None:
    turns = [says("x"), CALLED, ANSWERED, says("done", role="model"), says("y")]
    assert GeminiBench().generate({"contents": turns, "tools": TOOLS}).status == 200


def _nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": [value]}
    return value


@pytest.mark.parametrize("levels", [40, 130, 250])
def test_what_is_nested_without_end_is_refused_wherever_it_stands(levels: int) -> None:
    bench = GeminiBench()
    deep = _nested(levels)
    schema = {"responseMimeType": "application/json", "responseJsonSchema": deep}
    call = {"role": "model", "parts": [{"functionCall": {"name": "f", "args": deep}}]}
    for body in (
        {**BLANK, "generationConfig": schema},
        {"contents": [says("x"), call, ANSWERED]},
        {**BLANK, "tools": [{"googleSearch": deep}]},
        {"contents": deep},
    ):
        answer = bench.generate(body)
        if levels < 50 and body["contents"] is not deep:
            assert answer.status == 200
        else:
            assert (answer.status, answer.json["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_gemini_3_wants_its_signatures_back() -> None:
    bench = GeminiBench({"script": [{"call": {"name": "f"}}, {"say": "Done."}]})
    turns = [says("x")]
    first = bench.generate({"contents": turns, "tools": TOOLS}, model="gemini-3-pro-preview").json["candidates"][0]
    (part,) = first["content"]["parts"]
    dropped = {"role": "model", "parts": [{"functionCall": part["functionCall"]}]}
    refused = bench.generate({"contents": [*turns, dropped, ANSWERED], "tools": TOOLS}, model="gemini-3-pro-preview")
    assert refused.status == 400
    assert "missing a thought_signature in functionCall parts" in refused.json["error"]["message"]
    assert "function call `default_api:f` , position 2." in refused.json["error"]["message"]
    kept = [*turns, first["content"], ANSWERED]
    assert bench.generate({"contents": kept, "tools": TOOLS}, model="gemini-3-pro-preview").status == 200
    # What lies before the user's last words does not matter, nor do older models mind.
    older = [*turns, dropped, ANSWERED, says("done", role="model"), says("y")]
    assert bench.generate({"contents": older, "tools": TOOLS}, model="gemini-3-pro-preview").status == 200
    assert bench.generate({"contents": [*turns, dropped, ANSWERED], "tools": TOOLS}, model=THINKING).status == 200


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"temperature": 3}, "temperature must be in the range [0, 2]"),
        ({"topP": -0.1}, "top_p must be in the range [0, 1]"),
        ({"candidateCount": 9}, "candidateCount must be in the range [1, 8]"),
        ({"maxOutputTokens": -1}, "max_output_tokens must be positive"),
        ({"stopSequences": list("abcdef")}, "at most 5 stop sequences"),
        ({"responseMimeType": "text/html"}, "allowed mimetypes are"),
        ({"responseSchema": {"type": "STRING"}}, "response_schema is only supported for"),
        ({"responseMimeType": "text/x.enum"}, "needs a schema"),
        ({"responseMimeType": "application/json", "responseSchema": {"type": "ARRAY"}}, "items: missing field"),
        ({"responseMimeType": "application/json", "responseSchema": {"type": "OBJECT", "required": ["a"]}},
         "required[0]: property is not defined"),
        ({"thinkingConfig": {"thinkingBudget": 100}}, "Thinking is not enabled for this model"),
    ],
)  # fmt: skip
def test_a_configuration_that_cannot_be_is_400(config: dict[str, Any], words: str) -> None:
    answer = GeminiBench().generate(BLANK, **config)
    assert (answer.status, answer.json["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert words in answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"tools": [{"functionDeclarations": [{"name": "1f"}]}]}, "Invalid function name"),
        ({"tools": [{"functionDeclarations": [{"name": "f"}, {"name": "f"}]}]}, "Duplicate function declaration"),
        ({"tools": TOOLS, "toolConfig": {"functionCallingConfig": {"allowedFunctionNames": ["f"]}}}, "mode to ANY"),
        ({"tools": TOOLS, "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["g"]}}},
         "not declared: g"),
        ({"tools": TOOLS, "generationConfig": {"responseMimeType": "application/json"}},
         "Function calling with a response mime type: 'application/json' is unsupported"),
    ],
)  # fmt: skip
def test_tools_that_cannot_be_are_400(more: dict[str, Any], words: str) -> None:
    answer = GeminiBench().generate({**BLANK, **more})
    assert answer.status == 400
    assert words in answer.json["error"]["message"]


def test_counting_is_what_is_billed_whatever_the_parts() -> None:
    bench = GeminiBench()
    parts = [
        {"text": "Look at this."},
        {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}},
        {"inlineData": {"mimeType": "text/plain", "data": "b25lIHR3bw=="}},
        {"inlineData": {"mimeType": "application/pdf", "data": "JVBERg=="}},
        {"inlineData": {"mimeType": "audio/mp3", "data": "AAAA"}},
    ]
    contents = [{"role": "user", "parts": parts}]
    counted = bench.ask("POST", f"/v1/models/{PLAIN}:countTokens", {"contents": contents}).json
    usage = bench.generate({"contents": contents}).json["usageMetadata"]
    assert counted["totalTokens"] == usage["promptTokenCount"]
    assert counted["promptTokensDetails"] == usage["promptTokensDetails"]
    by_modality = {each["modality"]: each["tokenCount"] for each in counted["promptTokensDetails"]}
    assert by_modality == {"TEXT": 6, "IMAGE": 258, "DOCUMENT": 258, "AUDIO": 32}
    whole = {"contents": contents, "systemInstruction": says("Be brief."), "tools": TOOLS}
    counted = bench.ask("POST", f"/v1/models/{PLAIN}:countTokens", {"generateContentRequest": whole}).json
    assert counted["totalTokens"] == bench.generate(whole).json["usageMetadata"]["promptTokenCount"] > 6 + 258 * 2 + 32


def test_thinking_cannot_be_switched_off_everywhere() -> None:
    bench = GeminiBench()
    off: dict[str, Any] = {"thinkingConfig": {"thinkingBudget": 0}}
    assert bench.generate(model="gemini-2.5-pro", **off).status == 400
    assert "thoughtsTokenCount" not in bench.generate(model=THINKING, **off).json["usageMetadata"]
    assert bench.generate(model=THINKING).json["usageMetadata"]["thoughtsTokenCount"] > 0
    few = bench.generate(model=THINKING, thinkingConfig={"thinkingBudget": 7}).json["usageMetadata"]
    assert 0 < few["thoughtsTokenCount"] <= 7
    lite = bench.generate(model="gemini-2.5-flash-lite").json["usageMetadata"]
    assert "thoughtsTokenCount" not in lite
